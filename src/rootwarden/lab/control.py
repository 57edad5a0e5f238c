"""The control plane of the lab, under `/rw-api/`: what no AWS call can do, such as setting the state of a root user.

GET    /rw-api/root/ACCOUNT        the root user as JSON
POST   /rw-api/root/ACCOUNT        set some of its fields, e.g. {"password": false, "mfa": ["security-key"]}
GET    /rw-api/records/ACCOUNT     the account's CloudTrail records, oldest first
POST   /rw-api/records/ACCOUNT     add records, a list; each goes where the account's trails send it
DELETE /rw-api/records/ACCOUNT     forget them, and what waits for log files
POST   /rw-api/signin/ACCOUNT      let root sign in: {"ok": true, "mfa": false, "address": "203.0.113.7"}
POST   /rw-api/rootkey/ACCOUNT     an active access key of root, made when there is none: id and secret
POST   /rw-api/deliver[/ACCOUNT]   write the log files now; {"now": "2026-01-01T00:05:00Z"} names another time
GET    /rw-api/undelivered         what could not be delivered lately, and why
DELETE /rw-api/undelivered         forget it
POST   /rw-api/quiet               {"quiet": true}: until told otherwise, records go into the history and nowhere else
GET    /rw-api/confirm/TOPIC/TOKEN confirm a subscription, as a click on SubscribeURL does
POST   /rw-api/trails/ARN          how a trail's deliveries went, e.g. {"started": "2024-01-01T00:00:00Z"}
POST   /rw-api/costs/ACCOUNT       what the last full months cost, oldest first, e.g. [58.1, 60.75, 63.02]
POST   /rw-api/daily/ACCOUNT       what services cost on the last days, oldest first: {"Amazon DynamoDB": [1, 2]}
POST   /rw-api/anomalies/ACCOUNT   the anomalies that Cost Anomaly Detection shows, as GetAnomalies answers them
GET    /rw-api/faults              the faults in force
POST   /rw-api/faults/deny         {"actions": ["iam:GetAccountSummary"], "account": "111122223333" or "*"}
POST   /rw-api/faults/throttle     {"calls": 5} or {"rate": 2}, "actions" and "account" as above
POST   /rw-api/faults/expire       {"keys": ["ASIA..."]}, `*` for all temporary credentials
POST   /rw-api/faults/skew         {"seconds": 900}
POST   /rw-api/faults/known-keys   {"only": true}: refuse keys that nobody issued
DELETE /rw-api/faults              end them all
POST   /rw-api/session/ACCOUNT     {"role": "RootwardenAudit"}: credentials of a role session, without asking STS
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

import msgspec

from rootwarden.lab.anomalies import set_anomalies
from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.clock import now
from rootwarden.lab.costs import set_costs, set_daily_costs
from rootwarden.lab.deliveries import set_history
from rootwarden.lab.entry import enter
from rootwarden.lab.faults import Denial, parse_throttle
from rootwarden.lab.sending.log_files import deliver
from rootwarden.lab.sending.outgoing import send_record
from rootwarden.lab.sending.topics import topic_at
from rootwarden.lab.sending.undelivered import Undelivered, forget_losses, losses
from rootwarden.lab.sending.waiting import forget_waiting
from rootwarden.lab.services.sns import confirm
from rootwarden.lab.sign_in import SignIn, sign_in
from rootwarden.lab.state import account_state, lab_state

PREFIX = "/rw-api/"
_Body = Any
_Verb = Callable[[str, _Body], Any]


def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one control request with JSON; a request that is not understood is a 400 or 404 with the reason."""
    kind, _, rest = str(environ.get("PATH_INFO", "")).removeprefix(PREFIX).strip("/").partition("/")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    name = f"{environ['REQUEST_METHOD']} {kind}/{rest}" if kind == "faults" else f"{environ['REQUEST_METHOD']} {kind}"
    verb = _VERBS.get(name.rstrip("/"))
    try:
        body = msgspec.json.decode(environ["wsgi.input"].read(length)) if length else {}
        status, answer = (HTTPStatus.OK, verb(rest, body)) if verb else (HTTPStatus.NOT_FOUND, {"error": f"no {name}"})
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, AwsError, Undelivered) as error:
        status, answer = HTTPStatus.BAD_REQUEST, {"error": str(error)}
    start_response(f"{status.value} {status.phrase}", [("Content-Type", "application/json")])
    return [msgspec.json.encode(answer)]


def _root(account: str, _: _Body) -> Any:
    return account_state(account).root


def _set_root(account: str, body: _Body) -> Any:
    root = account_state(account).root
    root.update(body)
    return root


def _records(account: str, _: _Body) -> Any:
    return account_state(account).records


def _add_records(account: str, body: _Body) -> Any:
    records = [dict(one) for one in body]
    for record in records:
        send_record(account, record)
    return {"added": len(records)}


def _forget_records(account: str, _: _Body) -> Any:
    records = account_state(account).records
    forgotten = len(records)
    records.clear()
    forget_waiting(account)
    return {"forgotten": forgotten}


def _sign_in(account: str, body: _Body) -> Any:
    return sign_in(account, msgspec.convert(body, SignIn))


def _root_key(account: str, _: _Body) -> Any:
    return account_state(account).root.active_key()


def _deliver(account: str, body: _Body) -> Any:
    asked = msgspec.convert(body, _Moment)
    return deliver(asked.now or now(), account)


class _Moment(msgspec.Struct, forbid_unknown_fields=True):
    now: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


def _undelivered(*_: Any) -> Any:
    return losses()


def _forget_undelivered(*_: Any) -> Any:
    return {"forgotten": forget_losses()}


def _quiet(_: str, body: _Body) -> Any:
    lab_state().quiet = bool(body["quiet"])
    return {"quiet": lab_state().quiet}


def _confirm(rest: str, _: _Body) -> Any:
    topic, _, token = rest.rpartition("/")
    return {"SubscriptionArn": confirm(topic_at(topic), token)}


def _faults(*_: Any) -> Any:
    faults = lab_state().faults
    return {
        "denials": faults.denials,
        "throttles": faults.throttles,
        "expired_keys": sorted(faults.expired_keys),
        "skew_seconds": faults.skew_seconds,
        "known_keys_only": faults.known_keys_only,
    }


def _deny(_: str, body: _Body) -> Any:
    lab_state().faults.denials.append(msgspec.convert(body, Denial))
    return _faults()


def _throttle(_: str, body: _Body) -> Any:
    lab_state().faults.throttles.append(parse_throttle(body))
    return _faults()


def _expire(_: str, body: _Body) -> Any:
    lab_state().faults.expired_keys.update(msgspec.convert(body["keys"], list[str]))
    return _faults()


def _skew(_: str, body: _Body) -> Any:
    lab_state().faults.skew_seconds = float(body["seconds"])
    return _faults()


def _known_keys(_: str, body: _Body) -> Any:
    lab_state().faults.known_keys_only = bool(body["only"])
    return _faults()


def _clear(*_: Any) -> Any:
    lab_state().faults.clear()
    return _faults()


def _session(account: str, body: _Body) -> Any:
    return enter(account, str(body["role"])).credentials


_VERBS: dict[str, _Verb] = {
    "GET root": _root,
    "POST root": _set_root,
    "GET records": _records,
    "POST records": _add_records,
    "DELETE records": _forget_records,
    "POST signin": _sign_in,
    "POST rootkey": _root_key,
    "POST deliver": _deliver,
    "GET undelivered": _undelivered,
    "DELETE undelivered": _forget_undelivered,
    "POST quiet": _quiet,
    "GET confirm": _confirm,
    "POST trails": set_history,
    "POST costs": set_costs,
    "POST daily": set_daily_costs,
    "POST anomalies": set_anomalies,
    "GET faults": _faults,
    "POST faults/deny": _deny,
    "POST faults/throttle": _throttle,
    "POST faults/expire": _expire,
    "POST faults/skew": _skew,
    "POST faults/known-keys": _known_keys,
    "DELETE faults": _clear,
    "POST session": _session,
}
