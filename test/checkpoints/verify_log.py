"""Verifies a log of the audit trail and a proof, and shares no code with the gateway.

Usage: verify_log.py FOLDER VKEY [PROOF]

From the specifications alone: RFC 6962 (tree), RFC 8032 (Ed25519), and C2SP's signed-note, tlog-checkpoint, tlog-tiles and tlog-proof.
"""
import base64, hashlib, json, pathlib, sys

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def recover_x(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P:
        raise ValueError("not a point of the curve")
    return P - x if (x & 1) != sign else x


def point(encoded):
    y = int.from_bytes(encoded, "little")
    x = recover_x(y & (2**255 - 1), y >> 255)
    y &= 2**255 - 1
    return (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(s, p):
    q = (0, 1, 1, 0)
    for bit in bin(s)[2:]:
        q = add(q, q)
        if bit == "1":
            q = add(q, p)
    return q


BASE_Y = 4 * pow(5, -1, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signature(key, text, signature):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(r + key + text).digest(), "little") % L
    left, right = times(s, BASE), add(point(r), times(h, point(key)))
    return s < L and (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256().digest()
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node(root_of(hashes[:split]), root_of(hashes[split:]))


def checkpoint(note, vkey):
    """Size and root of a note that the key signed."""
    name, key_id, material = vkey.split("+", 2)
    material = base64.b64decode(material)
    assert hashlib.sha256(name.encode() + b"\n" + material).hexdigest()[:8] == key_id and material[0] == 1, "key id"
    text, lines = note.rsplit("\n\n", 1)
    text += "\n"
    signatures = [line.split(" ") for line in lines.splitlines()]
    ours = [base64.b64decode(s) for dash, who, s in signatures if dash == "\u2014" and who == name]
    ours = [s[4:] for s in ours if s[:4].hex() == key_id]
    assert ours and all(is_signature(material[1:], text.encode(), s) for s in ours), "signature"
    origin, size, root = text.splitlines()[:3]
    assert origin == name, "origin"
    return int(size), base64.b64decode(root)


def tile_path(level, index, width):
    digits = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        digits.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/" + "/".join(digits) + ("" if width == 256 else f".p/{width}")


def verify_log(folder, vkey):
    notes = sorted((folder / "checkpoints").iterdir())
    heads = [checkpoint(note.read_text(), vkey) for note in notes]
    size = heads[-1][0]
    assert (folder / "checkpoint").read_text() == notes[-1].read_text(), "latest checkpoint"
    leaves = []
    for start in range(0, size, 256):
        bundle = (folder / tile_path("entries", start // 256, min(256, size - start))).read_bytes()
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            leaves.append(bundle[2 : 2 + length])
            bundle = bundle[2 + length :]
    assert len(leaves) == size, "number of leaves"
    hashes = [leaf_hash(leaf) for leaf in leaves]
    for count, root in heads:
        assert root_of(hashes[:count]) == root, f"root at {count}"
    level, row = 0, hashes
    while row:
        for start in range(0, len(row), 256):
            some = row[start : start + 256]
            assert (folder / tile_path(level, start // 256, len(some))).read_bytes() == b"".join(some), f"tile {level} {start}"
        row = [root_of(row[start : start + 256]) for start in range(0, len(row) - 255, 256)]
        level += 1
    for part in (folder / "archive").iterdir():
        for line in map(json.loads, part.read_text().splitlines()):
            leaf = json.loads(leaves[line["index"]])
            assert leaf["sha256"] == hashlib.sha256(line["entry"].encode()).hexdigest(), f"entry {line['index']}"
    return size


def verify_proof(proof, vkey):
    head, note = proof.split("\n\n", 1)
    kind, extra, index, *hashes = head.splitlines()
    assert kind == "c2sp.org/tlog-proof@v1", "kind"
    extra, index = json.loads(base64.b64decode(extra.split(" ")[1])), int(index.split(" ")[1])
    size, root = checkpoint(note, vkey)
    at, last, result = index, size - 1, leaf_hash(extra["leaf"].encode())
    for sibling in map(base64.b64decode, hashes):
        assert last > 0, "length of the proof"
        if at % 2 or at == last:
            result = node(sibling, result)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            result = node(result, sibling)
        at, last = at // 2, last // 2
    assert last == 0 and result == root, "root of the proof"
    assert json.loads(extra["leaf"])["sha256"] == hashlib.sha256(extra["entry"].encode()).hexdigest(), "entry of the proof"
    return index


if __name__ == "__main__":
    sys.setrecursionlimit(10_000)  # cspell:disable-line
    print(f"{verify_log(pathlib.Path(sys.argv[1]), sys.argv[2])} leaves")
    if len(sys.argv) > 3:
        print(f"proof of leaf {verify_proof(pathlib.Path(sys.argv[3]).read_text(), sys.argv[2])}")
