"""S3 calls that moto takes for others: it does not read their subresource, lists the bucket, or even deletes it."""

from __future__ import annotations

from rootwarden.lab.call import Call

_SUBRESOURCES = frozenset(
    {
        "abac",
        "analytics",
        "annotation",
        "intelligent-tiering",
        "metadataAnnotationTable",
        "metadataConfiguration",
        "metadataInventoryTable",
        "metadataJournalTable",
        "metadataTable",
        "metrics",
        "renameObject",
        "requestPayment",
        "session",
        "torrent",
    }
)


def is_ignored(call: Call) -> bool:
    """Return whether moto would answer this call as if it were another."""
    if call.service != "s3":
        return False
    model = call.operation_model
    return model is not None and not _SUBRESOURCES.isdisjoint(model.http_trait.query_args)
