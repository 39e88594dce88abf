"""Verifies the golden vectors with other people's CBOR and Ed25519 and nothing of the node's own code.

Shapes come from the tables of docs/PROTOCOL.md; hash, header, padding and signatures are written again here.
Needs the modules cbor2 and cryptography.
"""

import hashlib
import json
import pathlib
import re
import struct

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = pathlib.Path(__file__).resolve().parent
IDS = {"StatementId": 16, "CaseNumber": 16, "CaseId": 48, "Signature": 64}
HASHES = "PublicKey NetworkId FeedId InstitutionId EntryId PayloadHash BlobId ClinicianId CharterId Salt"
IDS |= {name: 32 for name in HASHES.split()}
NO_NETWORK = bytes(32)


def tables():
    """Types, choices, codes and kinds, as the document lists them."""
    types, choices, codes, kinds, table = {}, {}, {"Kind"}, {}, None
    for line in (HERE / "../../docs/PROTOCOL.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            table = None
        elif set(line) <= set("|-"):
            continue
        elif table is None:
            table = tuple(cells)
        elif table in (("type", "fields"), ("choice", "one of")):
            fields = (re.fullmatch(r"(\d+) (\w+): (.+)", field).groups() for field in cells[1].split(" · "))
            (types if table[0] == "type" else choices)[cells[0]] = {int(number): form for number, _, form in fields}
        elif table == ("code", "values"):
            codes.add(cells[0])
        elif table[0] == "kind" and cells[0].startswith("0x"):
            kinds[int(cells[0], 16)] = cells[1]
    return types, choices, codes, kinds


TYPES, CHOICES, CODES, KINDS = tables()


def conforms(form, value):
    """Whether a decoded value has a form, with no field unknown and none missing."""
    if form.endswith("?"):
        return conforms(form[:-1], value)
    if form.startswith("["):
        return isinstance(value, list) and all(conforms(form[1:-1], item) for item in value)
    if form in TYPES:
        fields = TYPES[form]
        needed = {number for number, of in fields.items() if not of.endswith("?")}
        return needed <= value.keys() <= fields.keys() and all(conforms(fields[n], v) for n, v in value.items())
    if form in CHOICES:
        return len(value) == 1 and all(conforms(CHOICES[form][n], v) for n, v in value.items())
    if form in CODES or re.fullmatch(r"u\d+", form):
        return type(value) is int and 0 <= value < 1 << (16 if form in CODES else int(form[1:]))
    if form in IDS or form == "32 bytes":
        return isinstance(value, bytes) and len(value) == IDS.get(form, 32)
    return type(value) is {"bool": bool, "text": str, "bytes": bytes}[form]


def read(form, data):
    """One item in its only encoding, of a form."""
    value = cbor2.loads(data)
    assert cbor2.dumps(value, canonical=True) == data, "not the shortest form, or something behind it"
    assert form is None or conforms(form, value), f"not a {form}"
    return value


def H(tag, *parts):
    return hashlib.sha256(tag.encode() + b"\0" + b"".join(parts)).digest()


def signed(tag, network, data, key, signature):
    Ed25519PublicKey.from_public_bytes(key).verify(signature, tag.encode() + b"\0" + network + data)


def padded(kind, body):
    data = struct.pack(">HI", kind, len(body)) + body
    size = 256
    while size < len(data):
        size *= 2
    return data.ljust(size, b"\0")


def statement(network, feed, kind, value):
    data = feed + struct.pack(">H", kind) + value[3] + value[2] + value[4]
    signed("sign statement", network, data, value[1], value[5])
    read({"Case": "Summary", "CaseRevision": "Summary"}.get(KINDS[kind], KINDS[kind]), value[4])


def payload(network, feed, kind, data):
    if kind not in KINDS:
        return
    if 0x100 <= kind < 0x200:
        statement(network, feed, kind, read("Statement", data))
    else:
        read(KINDS[kind], data)


def hashes(v):
    assert H(v["tag"], *map(bytes.fromhex, v["parts"])) == v["hash"]


def keys(v):
    public = Ed25519PrivateKey.from_private_bytes(v["seed"]).public_key()
    assert public.public_bytes(Encoding.Raw, PublicFormat.Raw) == v["public"]
    assert H("next", v["public"]) == v["commitment"]


def signatures(v):
    signed(v["tag"], v["network"], v["bytes"], v["public"], v["signature"])


def payloads(v):
    assert KINDS[v["kind"]] == v["type"]
    read(v["type"], v["bytes"])


def bodies(v):
    read(v["type"], v["bytes"])


def statements(v):
    value = read("Statement", v["bytes"])
    assert value == {1: v["author"], 2: v["id"], 3: v["case"], 4: v["body"], 5: v["signature"]}
    statement(v["network"], v["feed"], v["kind"], value)


def entries(v):
    fields = v["fields"]
    network, feed, kind, restricted, size = fields[1], fields[2], fields[7], fields[8] == 1, fields[11]
    assert read(None, v["header"]) == fields
    assert kind == (0xFFFF if restricted else v["real_kind"])
    assert v["payload"] == (padded(v["real_kind"], v["body"]) if restricted else v["body"])
    assert len(v["payload"]) == size and H("payload", v["salt"], v["payload"]) == fields[10]
    signed("sign entry", network, v["header"], v["public"], v["signature"])
    assert H("entry", v["header"], v["signature"]) == v["id"]
    assert read("EntryBytes", v["entry_bytes"]) == {1: v["header"], 2: v["signature"]}
    assert read("Salted", v["salted_bytes"]) == {1: v["salt"], 2: v["payload"]}
    payload(network, feed, v["real_kind"], v["body"])


def certificate(network, value):
    read("Decision", value[1])
    for vote in value[2]:
        signed("sign certificate", network, value[1], vote[1], vote[2])


def papers(v):
    value = read(v["type"], v["bytes"])
    if v["type"] == "Charter":
        assert H("charter", v["bytes"]) == v["id"]
        members = [value[6][at : at + 32] for at in range(0, len(value[6]), 32)]
        assert members == sorted(set(members)) and all(len(feed) == 32 for feed in members)
        if value[1] == 0:
            founder = value[5][0][1]
            assert H("network", v["bytes"]) == v["network"]
            assert H("feed", v["network"], founder[1], founder[2]) == v["feed"]
    elif v["type"] == "Certificate":
        assert value[1] == v["decision"]
        certificate(v["network"], value)
    elif v["type"] == "SignedCard":
        card = read("Card", value[1])
        signed("sign card", NO_NETWORK, value[1], card[3], value[2])
    else:
        network = H("network", value[1][0])
        for item in value[2]:
            certificate(network, item)
        for node in value[3]:
            signed("sign node key", network, node[1], node[2][1], node[2][3])


def claims(v):
    value = read(v["type"], v["bytes"])
    if v["type"] == "SignedHeadClaim":
        read("HeadClaim", value[1])
        signed("sign head claim", v["network"], value[1], v["public"], value[2])
        return
    headers = [read(None, side[1]) for side in (value[1], value[2])]
    ids = [H("entry", side[1], side[2]) for side in (value[1], value[2])]
    assert [h[1:4] + h[5:6] for h in headers] == [headers[0][1:4] + headers[0][5:6]] * 2 and ids[0] < ids[1]
    assert H("fork", v["bytes"]) == v["id"]
    for side in (value[1], value[2]):
        signed("sign entry", v["network"], side[1], v["public"], side[2])


def frames(v):
    assert v["bytes"][0] == 1
    rest = v["bytes"][1:]
    for form in v["types"]:
        value = cbor2.loads(rest)
        size = len(cbor2.dumps(value, canonical=True))
        read(form, rest[:size])
        rest = rest[size:]
        if form == "Frame" and 7 in value:
            assert value[7][3] == len(v["types"]) - 1
    assert rest == b""


def gossip(v):
    frames(v)
    assert v["is_control"] == (1 not in cbor2.loads(v["bytes"][1:]))


def unhexed(value):
    """Text of hexadecimal digits as bytes, wherever a vector has it."""
    if isinstance(value, list):
        return [unhexed(item) for item in value]
    is_hex = isinstance(value, str) and len(value) % 2 == 0 and re.fullmatch(r"[0-9a-f]*", value)
    return bytes.fromhex(value) if is_hex else value


def main():
    count = 0
    for file in sorted(HERE.glob("*.json")):
        for number, vector in enumerate(json.loads(file.read_text())):
            plain = {"tag", "type", "types", "name", "parts"}
            vector = {key: value if key in plain else unhexed(value) for key, value in vector.items()}
            try:
                globals()[file.stem](vector)
            except Exception as error:
                raise SystemExit(f"{file.name}, vector {number} ({vector.get('name', '')}): {error!r}") from error
            count += 1
    print(f"{count} vectors verified")


if __name__ == "__main__":
    main()
