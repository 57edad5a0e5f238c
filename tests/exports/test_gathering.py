"""Several changes about one resource are one resource, as the last of them leaves it."""

from __future__ import annotations

import pytest

from rootwarden.errors import InputError
from rootwarden.model.plan import Declared
from rootwarden.report.code.gathering import gathered
from rootwarden.report.code.resource import Place, Resource
from rootwarden.report.code.sites import sites
from tests.exports.sample_plans import ACCOUNT, OTHER, change, contact, declared, get, new_key, plan, ref, validation

PLACE = Place("aws", ACCOUNT, "us-east-1")


def gather(*declares: tuple[Declared, ...]) -> dict[str, Resource]:
    """Return what some changes declare together, by name."""
    changes = [change(f"c{at}", *some) for at, some in enumerate(declares)]
    return {one.is_.name: one for one in gathered(changes, PLACE)}


def test_what_an_earlier_change_makes_is_new_for_a_later_one() -> None:
    """The later one takes it for one that exists, and knows it in full."""
    found = gather(
        (
            declared("S3::Bucket", "Bucket", BucketName="b"),
            declared("CloudTrail::Trail", "Trail", TrailName="t", S3BucketName=ref("Bucket"), IsLogging=True),
        ),
        (
            declared("CloudTrail::Trail", "MyTrail", "t", TrailName="t", S3BucketName="b", IsMultiRegionTrail=True),
            declared("S3::BucketPolicy", "Policy", "b", Bucket="b", PolicyDocument={"Statement": []}),
        ),
    )
    assert set(found) == {"Bucket", "Trail", "Policy"}
    trail = found["Trail"].is_
    assert trail.exists == ""
    assert trail.properties == {
        "TrailName": "t", "S3BucketName": ref("Bucket"), "IsLogging": True, "IsMultiRegionTrail": True,
    }  # fmt: skip
    assert found["Trail"].changes == ("c0", "c1")
    assert found["Policy"].is_.properties["Bucket"] == ref("Bucket")


def test_the_id_of_a_new_key_is_not_replaced_by_a_stand_in() -> None:
    """While planning, a key that is not made yet has a made-up ARN; the reference says more."""
    made = declared("KMS::Key", "Key", KeyPolicy={})
    found = gather(
        (made, declared("CloudTrail::Trail", "T", TrailName="t", KMSKeyId=get("Key"), IsLogging=True)),
        (declared("CloudTrail::Trail", "T", "t", TrailName="t", KMSKeyId="arn:made-up", IsLogging=False),),
    )
    assert found["T"].is_.properties == {"TrailName": "t", "KMSKeyId": get("Key"), "IsLogging": False}


def test_two_of_the_same_name_are_two() -> None:
    """Changes of the same remedy use the same names for what belongs to different trails."""
    found = gather(
        (declared("SNS::Topic", "Topic", TopicName="a"), declared("SNS::Subscription", "S", TopicArn=ref("Topic"))),
        (declared("SNS::Topic", "Topic", TopicName="b"), declared("SNS::Subscription", "S", TopicArn=ref("Topic"))),
    )
    told = [(name, one.is_.properties) for name, one in found.items()]
    assert told == [
        ("Topic", {"TopicName": "a"}), ("S", {"TopicArn": ref("Topic")}),
        ("Topic2", {"TopicName": "b"}), ("S2", {"TopicArn": ref("Topic2")}),
    ]  # fmt: skip


def test_a_bucket_policy_is_the_same_by_name_and_by_reference() -> None:
    """And a topic's, by its ARN in a list of one."""
    found = gather(
        (
            declared("S3::Bucket", "B", BucketName="b"),
            declared("S3::BucketPolicy", "P", Bucket=ref("B"), PolicyDocument={"Id": "1"}),
            declared("SNS::Topic", "T", TopicName="t"),
            declared("SNS::TopicPolicy", "TP", Topics=[ref("T")], PolicyDocument={"Id": "1"}),
        ),
        (
            declared("S3::BucketPolicy", "Q", "b", Bucket="b", PolicyDocument={"Id": "2"}),
            declared(
                "SNS::TopicPolicy", "TQ", Topics=[f"arn:aws:sns:us-east-1:{ACCOUNT}:t"], PolicyDocument={"Id": "2"}
            ),
        ),
    )
    assert set(found) == {"B", "P", "T", "TP"}
    assert found["P"].is_.properties == {"Bucket": ref("B"), "PolicyDocument": {"Id": "2"}}
    assert found["TP"].is_.properties == {"Topics": [ref("T")], "PolicyDocument": {"Id": "2"}}


def test_names_and_arns_of_new_things_become_references() -> None:
    """So that they are made in order; policies keep their texts, and nothing refers to itself or in a circle."""
    arn = f"arn:aws:sns:us-east-1:{ACCOUNT}:t"
    document = {"Statement": [{"Resource": arn}]}
    found = gather(
        (declared("SNS::Topic", "T", TopicName="t"),),
        (declared("SNS::TopicPolicy", "P", Topics=[arn], PolicyDocument=document),),
        (declared("CloudWatch::Alarm", "A", AlarmName="a", AlarmActions=[arn], AlarmDescription="t"),),
        (declared("KMS::Alias", "Alias", AliasName="alias/a", TargetKeyId="1"),),
        (declared("SNS::Topic", "U", TopicName="u", KmsMasterKeyId="alias/a"),),
        (declared("Logs::LogGroup", "G", LogGroupName="g"),),
    )
    assert found["P"].is_.properties == {"Topics": [ref("T")], "PolicyDocument": document}
    assert found["A"].is_.properties["AlarmActions"] == [ref("T")]
    assert found["A"].is_.properties["AlarmDescription"] == "t"
    assert found["A"].after == ("P",)
    assert found["U"].is_.properties["KmsMasterKeyId"] == ref("Alias")
    assert found["G"].is_.properties == {"LogGroupName": "g"}


def test_no_circle_is_made() -> None:
    """A role whose description names a policy that is attached to it."""
    arn = f"arn:aws:iam::{ACCOUNT}:policy/p"
    found = gather(
        (
            declared("IAM::Role", "R", RoleName="r", AssumeRolePolicyDocument={}, ManagedPolicyArns=[arn]),
            declared("IAM::ManagedPolicy", "P", ManagedPolicyName="p", PolicyDocument={}, Roles=[ref("R")]),
        )
    )
    assert found["R"].is_.properties["ManagedPolicyArns"] == [arn]
    assert found["R"].after == ()


def test_a_reference_to_nothing_is_refused() -> None:
    """By the name of the change."""
    with pytest.raises(InputError, match="c0 refers to Nowhere"):
        gather((declared("SNS::Subscription", "S", TopicArn=ref("Nowhere")),))
    with pytest.raises(InputError, match="declares a name twice"):
        gather((declared("SNS::Topic", "T", TopicName="a"), declared("SNS::Topic", "T", TopicName="b")))


def test_where_changes_are_written_down() -> None:
    """By the Region of the change, else of its calls; what has none joins the only one, else it goes home."""
    key = change("calls", declared("SNS::Topic", "T", TopicName="t"), region="", steps=new_key().steps)
    abroad = validation(region="eu-west-1")
    assert [one.place.region for one in sites(plan(contact(), abroad))] == ["eu-west-1"]
    assert [one.place.region for one in sites(plan(contact(), key, abroad))] == ["us-east-1", "eu-west-1"]
    assert [one.place for one in sites(plan(contact(OTHER)))] == [Place("aws", OTHER, "us-east-1")]
