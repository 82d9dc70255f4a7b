"""Check a distribution of rewards, or one proof, with nothing but Python. Read me, then run me.

    python3 -I -S verify.py BUNDLE            a whole folder, as `asr build` wrote it
    python3 -I -S verify.py BUNDLE WALLET     what one wallet gets, and the trees it stands in
    python3 -I -S verify.py ROOT WALLET AMOUNT LOCKED PROOF.json [MINT]     one proof

ROOT is hexadecimal, amounts are base units. PROOF.json holds an object by wallet (tree_N.json,
Jupiter's proof files), an object with a "proof", or the proof alone: siblings of 32 numbers each.
What it says of amounts is not believed, yours are. MINT is for leaves that are mint-bound only.
Exit code: 0 all of it holds, 1 something does not, 2 misused.
The rules are those of the claim program; a last node without a partner is its own partner:
    leaf = H(0, H(wallet, amount, locked)), amounts as 8 bytes, the lowest first
    parent = H(1, smaller, larger)
H is sha256. A mint-bound leaf is H(0, H("asr-mint-bound-1", wallet, mint, amount, locked)) with
keccak-256 as H, which is slow in plain Python: half a minute for a tree of 12,000 leaves.
Checked: each digest of SHA256SUMS; that no file is missing or unknown; each root, made anew from
allocations.csv; each line of the tree files, with its proof followed to the root; counts, totals.
A forged bundle may bring a forged verify.py: run a copy from where you trust it.
"""
# ruff: noqa: B905, PLR2004, SIM905 - to be read in one go

import json
import re
import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

NOT_CHECKED = """Not checked: that the amounts follow from the inputs (round.toml, inputs.json, \
report.json, breakdown.parquet), and that programs, distributors and roots are those on chain."""
FIXED = "breakdown.parquet inputs.json manifest.json report.json round.toml verify.py".split()
SUMS, MOST_SHOWN, LONGEST_LINE, LONGEST_TEXT = "SHA256SUMS", 100, 1 << 16, 1 << 26
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
TURNS = "0 1 62 28 27 36 44 6 55 20 3 10 43 25 39 41 45 15 21 8 18 2 61 56 14".split()
ROUNDS = """1 8082 800000000000808a 8000000080008000 808b 80000001 8000000080008081 8000000000008009
    8a 88 80008009 8000000a 8000808b 800000000000008b 8000000000008089 8000000000008003
    8000000000008002 8000000000000080 800a 800000008000000a 8000000080008081 8000000000008080
    80000001 8000000080008008""".split()
FOUND = [0]


def say(line: str) -> None:
    """Print one line; whatever a hostile file put into it comes out as harmless ASCII."""
    sys.stdout.write(ascii(line[:500])[1:-1] + "\n")


def wrong(problem: str) -> None:
    """Show what does not hold, unless too much was shown already."""
    FOUND[0] += 1
    if FOUND[0] <= MOST_SHOWN:
        say(f"WRONG  {problem}")


def keccak(data: bytes) -> bytes:
    """Hash with keccak-256, 24 rounds over 5 rows of 5; its padding is not that of SHA-3."""
    padded, a = bytearray(data + b"\1" + bytes(-(len(data) + 1) % 136)), [0] * 25
    padded[-1] |= 128
    for start in range(0, len(padded), 136):
        for at in range(17):
            a[at] ^= int.from_bytes(padded[start + 8 * at : start + 8 * at + 8], "little")
        for constant in ROUNDS:
            c = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
            d = [c[x - 1] ^ turned(c[(x + 1) % 5], 1) for x in range(5)]
            b = [turned(a[i] ^ d[i % 5], int(TURNS[i])) for i in range(25)]
            b = [b[(x + 3 * y) % 5 + 5 * x] for y in range(5) for x in range(5)]
            a = [b[i] ^ ~b[i - i % 5 + (i + 1) % 5] & b[i - i % 5 + (i + 2) % 5] for i in range(25)]
            a[0] ^= int(constant, 16)
    return b"".join(lane.to_bytes(8, "little") for lane in a[:4])


def turned(lane: int, by: int) -> int:
    """Turn 64 bits to the left."""
    return (lane << by | lane >> (64 - by)) & (1 << 64) - 1


def hashed(mint: bytes, data: bytes) -> bytes:
    """Hash as the leaves do; `mint` is empty where they are not mint-bound."""
    return keccak(data) if mint else sha256(data).digest()


def leaf_of(mint: bytes, key: bytes, unlocked: int, locked: int) -> bytes:
    """Return the leaf of what one wallet gets."""
    owner = b"asr-mint-bound-1" + key + mint if mint else key
    amounts = unlocked.to_bytes(8, "little") + locked.to_bytes(8, "little")
    return hashed(mint, b"\0" + hashed(mint, owner + amounts))


@lru_cache(maxsize=1 << 15)  # neighbours share most of their parents
def parent(mint: bytes, smaller: bytes, larger: bytes) -> bytes:
    """Return the node above two others."""
    return hashed(mint, b"\1" + smaller + larger)


def levels_of(mint: bytes, leaves: list[bytes]) -> list[list[bytes]]:
    """Build a tree: its leaves, the nodes above them, and so on up to the root alone."""
    levels = [leaves]
    while len(levels[-1]) > 1:
        nodes = levels[-1] + levels[-1][-1:]
        levels.append([parent(mint, *sorted(pair)) for pair in zip(nodes[::2], nodes[1::2])])
    return levels


def proof_of(levels: list[list[bytes]], at: int) -> list[list[int]]:
    """Return the siblings of a leaf and of the nodes above it, as JSON has them."""
    return [list(row[min(at >> up ^ 1, len(row) - 1)]) for up, row in enumerate(levels[:-1])]


def follow(mint: bytes, node: bytes, proof: Any) -> bytes:
    """Return the root that a proof leads to from its leaf."""
    if type(proof) is not list or any(type(node) is not list or len(node) != 32 for node in proof):
        raise ValueError("the proof is no list of siblings, each of them 32 numbers")
    for sibling in proof:
        node = parent(mint, *sorted((node, bytes(sibling))))
    return node


def key_of(text: str) -> bytes:
    """Read the 32 bytes of an address; each 1 in front of it is a zero."""
    number = 0
    for sign in text if re.fullmatch(f"[{BASE58}]{{32,44}}", text) else "":
        number = number * 58 + BASE58.index(sign)
    key = (number % (1 << 256)).to_bytes(32, "big")
    if number >> 256 or len(text) - len(text.lstrip("1")) != 32 - len(key.lstrip(b"\0")):
        raise ValueError(f"{text[:60]} is no address")
    return key


def check_proof(path: Path, wallet: str, mint: bytes, leaf: bytes, root: bytes) -> None:
    """Follow the proof of one wallet in a file."""
    proof = json.loads(path.read_bytes())
    if type(proof) is dict and "proof" not in proof:
        proof = proof[wallet]
    led_to = follow(mint, leaf, proof["proof"] if type(proof) is dict else proof)
    if led_to != root:
        raise ValueError(f"the proof leads to {led_to.hex()}, not to the root {root.hex()}")


def attempt(place: object, check: Any, *arguments: Any) -> None:
    """Do one check; where it can't go on, that is wrong."""
    try:
        check(*arguments)
    except Exception as error:
        wrong(f"{place}: {error} is missing" if type(error) is KeyError else f"{place}: {error}")


def check_bundle(root: Path, wallet: str) -> None:
    """Find every file, without following a link or opening a pipe, and check them all."""
    if not root.is_dir():
        raise ValueError("no such folder")
    files: dict[str, Path] = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            files[path.relative_to(root).as_posix()] = path
        elif path.is_symlink() or not path.is_dir() or not any(path.iterdir()):
            wrong(f"{path}: a link, an empty folder, or no regular file")
    attempt(SUMS, check_digests, files)
    attempt("manifest.json", check_manifest, files, wallet)


def text_of(path: Path) -> str:
    """Read a file that has no reason to be large; one that is cut off is found to differ."""
    with path.open("rb") as file:
        return file.read(LONGEST_TEXT).decode()


def check_digests(files: dict[str, Path]) -> None:
    """Hold every file to SHA256SUMS."""
    content = text_of(files[SUMS])
    listed = {line[66:]: line[:64] for line in content.split("\n")[:-1]}
    if "".join(f"{listed[name]}  {name}\n" for name in sorted(listed)) != content:
        wrong(f"{SUMS}: not a sorted list of '<sha256>  <path>'")
    for name in sorted(listed.keys() - files.keys()):
        wrong(f"{name}: missing")
    for name in sorted(files.keys() - {SUMS}):
        digest = sha256()
        with files[name].open("rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
        if digest.hexdigest() != listed.get(name):
            wrong(f"{name}: its sha256 is {digest.hexdigest()}, {SUMS} has {listed.get(name)}")


def check_manifest(files: dict[str, Path], wallet: str) -> None:
    """Check that the files of all tokens are there and no others; then the tokens."""
    manifest = json.loads(content := text_of(files["manifest.json"]))
    if content != json.dumps({**manifest, "format": 2}, indent=2, ensure_ascii=False) + "\n":
        raise ValueError("another format than 2, another layout than asr's, or a key stands twice")
    tokens, expected, paid = manifest["tokens"], {SUMS, *FIXED}, list[Any]()
    for token in tokens:
        names = ["allocations.csv", *(f"proofs/tree_{n}.json" for n in range(len(token["trees"])))]
        expected |= {f"{token['symbol']}/{name}" for name in names}
    for name in sorted(expected ^ files.keys()):
        wrong(f"{name}: missing, or not of this bundle")
    for key in ("symbol", "mint"):
        if len({token[key].lower() for token in tokens}) < len(tokens):
            wrong(f"manifest.json: two tokens with one {key}")
    for token in tokens:
        attempt(token["symbol"], check_token, files, token, wallet, paid)
    if wallet and not paid:
        wrong(f"{wallet}: gets nothing")


def check_token(files: dict[str, Path], token: Any, wallet: str, paid: list[Any]) -> None:
    """Read the rows of one tree after the other, and check the trees that are asked for."""
    mint = {"jupiter": b"", "mint-bound": key_of(token["mint"])}[token["leaf"]]
    csv, keys, claims = f"{token['symbol']}/allocations.csv", [b""], 0
    with files[csv].open("rb") as file:
        if file.readline(LONGEST_LINE) != b"pubkey,amount,locked_amount\n":
            wrong(f"{csv}: not the header that asr writes")
        for number, tree in enumerate(token["trees"]):
            name = f"{token['symbol']}/proofs/tree_{number}.json"
            rows = rows_of(file, tree["max_num_nodes"], token["decimals"])
            found = [row for row in rows if row[0] == wallet]
            for row in found:
                say(f"{wallet}  {row[2]} and {row[3]} locked, in base units: {name}")
            paid += found
            if found or not wallet:
                attempt(name, check_tree, name, files, tree, rows, mint)
            keys += [row[1] for row in rows]
            claims += int(tree["max_total_claim"])
        if file.read(1):
            wrong(f"{csv}: more rows than the trees have leaves")
    if len(set(keys)) < len(keys):
        wrong(f"{csv}: a wallet stands twice")
    said, right = [token["wallets"], token["allocated"]], [len(keys) - 1, str(claims)]
    if json.dumps(said) != json.dumps(right):
        wrong(f"manifest.json: {token['symbol']} has wallets and allocated {said}, not {right}")


def rows_of(file: Any, count: int, decimals: object) -> list[Any]:
    """Read some rows of allocations.csv: wallet, its key, and both amounts in base units."""
    places = [str(each) for each in range(20)].index(json.dumps(decimals))
    amount = "(?:0|[1-9][0-9]*)" + (rf"\.[0-9]{{{places}}}" if places else "")
    rows = []
    for _ in range(count):
        line = file.readline(LONGEST_LINE).decode()
        match = re.fullmatch(f"(.+),({amount}),({amount})\n", line)
        if not match:
            raise ValueError(f"{line[:150]!r} is no row of allocations.csv")
        amounts = [int(text.replace(".", "")) for text in match.groups()[1:]]
        rows.append((match[1], key_of(match[1]), *amounts))
    return rows


def check_tree(name: str, files: dict[str, Path], tree: Any, rows: list[Any], mint: bytes) -> None:
    """Build a tree anew from its rows, and hold the manifest and every line of its file to it."""
    levels = levels_of(mint, [leaf_of(mint, *row[1:]) for row in rows])
    root, total = levels[-1][0], sum(row[2] + row[3] for row in rows)
    right = [root.hex(), len(rows), str(total), len(levels) - 1]
    said = [tree[key] for key in ("root", "max_num_nodes", "max_total_claim", "depth")]
    if json.dumps(said) != json.dumps(right) or key_of(tree["root_base58"]) != root:
        wrong(f"{name}: the manifest has root, leaves, total, depth {said}, not {right}")
    address = {} if tree["distributor"] is None else {"merkle_tree": tree["distributor"]}
    with files[name].open("rb") as file:
        brace = file.readline(LONGEST_LINE)
        for at, (wallet, _, unlocked, locked) in enumerate(rows):
            proof = proof_of(levels, at)
            claim = {**address, "amount": unlocked, "locked_amount": locked, "proof": proof}
            line = json.dumps({wallet: claim}, separators=(",", ":"))[1:-1]
            line += ",\n" if at < len(rows) - 1 else "\n"
            same = file.readline(LONGEST_LINE) == line.encode()
            if not same or follow(mint, levels[0][at], proof) != root:
                wrong(f"{name}:{at + 2}: {wallet}: its distributor, amounts or proof are others")
        if brace + file.read(3) != b"{\n}\n":
            wrong(f"{name}: not in braces, or more lines than the tree has leaves")
    say(f"{name}  {len(rows)} leaves, root {root.hex()}")


def task_of(arguments: list[str]) -> list[Any]:
    """Read the arguments strictly; return what to attempt."""
    if len(arguments) in (1, 2):
        place, wallet = [*arguments, ""][:2]
        return [place, check_bundle, Path(place), wallet and key_of(wallet) and wallet]
    root, wallet, unlocked, locked, place, *mint = arguments
    amounts = [int(unlocked), int(locked)]
    if [unlocked, locked] != [str(amount) for amount in amounts] or len(bytes.fromhex(root)) != 32:
        raise ValueError("ROOT is 64 hexadecimal digits, amounts are plain digits")
    bound = key_of("".join(mint)) if mint else b""
    leaf = leaf_of(bound, key_of(wallet), *amounts)
    return [place, check_proof, Path(place), wallet, bound, leaf, bytes.fromhex(root)]


def main(arguments: list[str]) -> int:
    """Do what the arguments ask for, and return the exit code."""
    FOUND[0] = 0
    try:
        task = task_of(arguments)
    except Exception as error:
        sys.stderr.write(f"{__doc__}\n{error!a}\n")
        return 2
    attempt(*task)
    say(f"{FOUND[0]} findings: do not trust it." if FOUND[0] else "Everything checked holds.")
    say(NOT_CHECKED)
    return 1 if FOUND[0] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
