"""Check a bundle of rewards, or one proof, with nothing but Python. Read me, then run me.

    python3 -I -S verify.py BUNDLE            a whole folder, as `asr build` wrote it
    python3 -I -S verify.py BUNDLE WALLET     what one wallet gets, and the trees it stands in
    python3 -I -S verify.py ROOT WALLET AMOUNT LOCKED PROOF.json [MINT]     one proof

ROOT is hexadecimal, amounts are base units, MINT is for mint-bound leaves. PROOF.json is a
tree_N.json, an object with a "proof", or the proof alone: siblings of 32 numbers each.
Exit code: 0 all of it holds, 1 something does not, 2 misused. The claim program's rules are
    leaf = H(0, H(wallet, amount, locked)), amounts as 8 bytes, the lowest first
    parent = H(1, smaller, larger), a last node without a partner is its own
with sha256 as H. A leaf that is bound to its mint, H(0, H("asr-mint-bound-1", wallet, mint,
amount, locked)), has keccak-256: some 20 seconds for a tree of 12,000 leaves.
A forged bundle may bring a forged verify.py: run a copy from where you trust it.
"""
# ruff: noqa: B905, PLR2004, T201, TRY301 - runs on older Pythons, is read in one go, prints

import json
import re
import sys
from functools import lru_cache
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any

NOT_CHECKED = """Not checked: {}that the amounts follow from the inputs (round.toml, inputs.json, \
report.json, breakdown.parquet), and that programs, distributors and roots are those on chain."""
FIXED = "SHA256SUMS breakdown.parquet inputs.json manifest.json report.json round.toml verify.py"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LONGEST_TEXT, LONGEST_LIST, WORD = 1 << 24, 1 << 30, (1 << 64) - 1
REPORT: list[str] = []


def attempt(place: str, check: Any, *arguments: Any) -> None:
    """Do one check and print what it returns, as harmless ASCII; an error is a problem."""
    try:
        line = check(*arguments)
    except Exception as error:
        line = f"WRONG  {place}: {error}{' is missing' * isinstance(error, KeyError)}"
    if line:
        REPORT.append(ascii(line[:500])[1:-1])
        print(REPORT[-1])


def keccak(message: bytes) -> bytes:
    """Hash up to 135 bytes with keccak-256; a and c are those of FIPS 202, the padding is older."""
    block = bytearray(message + b"\1" + bytes(135 - len(message)) + bytes(64))
    block[135] |= 128
    a, constant = [int.from_bytes(block[at : at + 8], "little") for at in range(0, 200, 8)], 1
    for _ in range(24):
        c = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
        c = [c[x - 1] ^ (c[x - 4] << 1 | c[x - 4] >> 63) & WORD for x in range(5)]
        a = [word ^ c[at % 5] for at, word in enumerate(a)]
        x, y, word = 1, 0, a[1]
        for step in range(1, 25):
            x, y, by = y, (2 * x + 3 * y) % 5, step * (step + 1) // 2 % 64
            a[x + 5 * y], word = (word << by | word >> 64 - by) & WORD, a[x + 5 * y]
        a = [a[i] ^ ~a[i - i % 5 + (i + 1) % 5] & a[i - i % 5 + (i + 2) % 5] for i in range(25)]
        for bit in (0, 1, 3, 7, 15, 31, 63):
            a[0] ^= (constant & 1) << bit
            constant = constant << 1 ^ (constant >> 7) * 0x171
    return b"".join(word.to_bytes(8, "little") for word in a[:4])


@lru_cache(maxsize=1 << 16)  # neighbours share most of the nodes above them
def hashed(mint: bytes, *parts: bytes) -> bytes:
    """Hash as the leaves do; `mint` is empty where they are not mint-bound."""
    return keccak(b"".join(parts)) if mint else sha256(b"".join(parts)).digest()


def key_of(address: str) -> bytes:
    """Read the 32 bytes of an address: a number in base 58, behind a 1 for each zero byte."""
    number, ones = 0, len(address) - len(address.lstrip("1"))
    for sign in address if (known := re.fullmatch(f"[{BASE58}]{{32,44}}", address)) else "":
        number = number * 58 + BASE58.index(sign)
    key = bytes(ones) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(key) != 32 or not known:
        raise ValueError(f"{address[:60]} is no address")
    return key


def fold(mint: bytes, claim: Any, proof: Any) -> bytes:
    """Return the root that the proof of (wallet, amount, locked) leads to; [] leads to the leaf."""
    amounts = [amount.to_bytes(8, "little") for amount in claim[1:]]
    owner = [mint and b"asr-mint-bound-1", key_of(claim[0]), mint]
    node = hashed(mint, b"\0", hashed(mint, *owner, *amounts))
    for sibling in proof:
        node = hashed(mint, b"\1", *sorted((node, bytes([*sibling]))))
    return node


def check_proof(path: str, root: str, mint: bytes, claim: Any) -> None:
    """Follow the proof of one wallet in a file."""
    proof = json.loads(Path(path).read_bytes())
    while isinstance(proof, dict):
        proof = proof["proof"] if "proof" in proof else proof[claim[0]]
    if root != (other := fold(mint, claim, proof).hex()):
        raise ValueError(f"the proof leads to {other}, not to the root {root}")


def compare(path: Path, text: str) -> None:
    """Hold a file to the text that it has to have; no more than that is read."""
    with path.open("rb") as file:
        found = file.read(len(text.encode()) + 1).decode()
    for number, (line, right) in enumerate(zip_longest(found.split("\n"), text.split("\n")), 1):
        if line != right:
            raise ValueError(f"line {number} is not {right or 'the end'}")


def check_bundle(place: str, wallet: str) -> None:
    """Find every file without following a link, and hold all to SHA256SUMS and the manifest."""
    files, sums = dict[str, Path](), ""
    for path in Path(place).rglob("*"):
        if path.is_symlink() or not (path.is_file() or any(path.iterdir())):
            raise ValueError(f"{path} is a link or an empty folder")
        if path.is_file():
            files[path.relative_to(place).as_posix()] = path
    for name in sorted(files.keys() - {"SHA256SUMS"}):
        digest = sha256()
        with files[name].open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        sums += f"{digest.hexdigest()}  {name}\n"
    attempt("SHA256SUMS", compare, files["SHA256SUMS"], sums)
    attempt("manifest.json", check_manifest, files, wallet)


def check_manifest(files: dict[str, Path], wallet: str) -> None:
    """Check the tokens, that their files are there and no others, and what is said of them."""
    with files["manifest.json"].open("rb") as file:
        manifest = json.loads(file.read(LONGEST_TEXT))
    names, paid = FIXED.split(), list[str]()
    for token in manifest["tokens"]:
        trees = [f"{token['symbol']}/proofs/tree_{n}.json" for n in range(len(token["trees"]))]
        names += [f"{token['symbol']}/allocations.csv", *trees]
        attempt(token["symbol"], check_token, files, token, wallet, paid)
    mints = {token["mint"] for token in manifest["tokens"]}
    if sorted(names) != sorted(files) or len(mints) < len(manifest["tokens"]):
        raise ValueError(f"missing, unknown or twice in it: {sorted({*files} ^ {*names})}")
    text = json.dumps({**manifest, "format": 2}, indent=2, ensure_ascii=False)
    compare(files["manifest.json"], text + "\n")
    if wallet and not paid:
        raise ValueError(f"{wallet} gets nothing")


def check_token(files: dict[str, Path], token: Any, wallet: str, paid: list[str]) -> str:
    """Read the list of a token, cut it into trees, and check those that are asked for."""
    mint = {"jupiter": b"", "mint-bound": key_of(token["mint"])}[token["leaf"]]
    path, decimals, at = files[f"{token['symbol']}/allocations.csv"], int(token["decimals"]), 0
    amount = "((?:0|[1-9][0-9]{0,19})" + (rf"\.[0-9]{{{decimals}}})" if decimals else ")")
    with path.open("rb") as file:
        found = re.findall(rf"(\w{{32,44}}),{amount},{amount}\n", file.read(LONGEST_LIST).decode())
    compare(path, "\n".join(["pubkey,amount,locked_amount", *map(",".join, found), ""]))
    rows: Any = [(row[0], *[int(text.replace(".", "")) for text in row[1:]]) for row in found]
    for number, tree in enumerate(token["trees"]):
        shard = rows[at : at + tree["max_num_nodes"]]
        at += len(shard)
        if not wallet or wallet in [row[0] for row in shard]:
            name = f"{token['symbol']}/proofs/tree_{number}.json"
            attempt(name, check_tree, files, name, tree, shard, mint)
    total = sum(row[1] + row[2] for row in rows)
    if not at == len(rows) == len({row[0] for row in rows}) or total > WORD:
        raise ValueError(f"a wallet twice, {len(rows)} rows of {at} leaves, or {total} over {WORD}")
    token.update(decimals=decimals, wallets=len(rows), allocated=str(total))
    mine = [f"{row[1]} and {row[2]} locked" for row in rows if row[0] == wallet]
    paid += mine
    return "".join(f"{wallet} gets {amounts}, base units of {token['symbol']}" for amounts in mine)


def check_tree(files: dict[str, Path], name: str, tree: Any, rows: Any, mint: bytes) -> str:
    """Build a tree anew from its rows, follow each proof, and hold its file to them."""
    levels = [[fold(mint, row, []) for row in rows]]
    while len(levels[-1]) > 1:
        pairs = zip(levels[-1][::2], levels[-1][1::2] + levels[-1][-1:])
        levels.append([hashed(mint, b"\1", *sorted(pair)) for pair in pairs])
    address = {} if tree["distributor"] is None else {"merkle_tree": tree["distributor"]}
    lines, roots = [], {levels[-1][0].hex(), key_of(tree["root_base58"]).hex()}
    for at, row in enumerate(rows):
        proof = [[*nodes[min(at >> up ^ 1, len(nodes) - 1)]] for up, nodes in enumerate(levels)]
        claim = {**address, "amount": row[1], "locked_amount": row[2], "proof": proof[:-1]}
        lines.append(json.dumps({row[0]: claim}, separators=(",", ":"))[1:-1])
        roots.add(fold(mint, row, proof[:-1]).hex())
    compare(files[name], "{\n" + ",\n".join(lines) + "\n}\n")
    root, total = " or ".join(sorted(roots)), str(sum(row[1] + row[2] for row in rows))
    tree.update(root=root, max_num_nodes=len(rows), max_total_claim=total, depth=len(levels) - 1)
    return f"{name}  {len(rows)} leaves, root {root}"


def main(arguments: list[str]) -> int:
    """Do what the arguments ask for, and return the exit code."""
    REPORT.clear()
    try:
        if len(arguments) < 3:
            place, wallet = [*arguments, ""][:2]
            task = [check_bundle, place, len(arguments) > 1 and key_of(wallet) and wallet]
        else:
            root, wallet, unlocked, locked, place, *mint = arguments
            claim = wallet, int(unlocked), int(locked)
            if [root, unlocked, locked] != [f"{int(root, 16):064x}", *map(str, claim[1:])]:
                raise ValueError("ROOT is 64 hexadecimal digits, amounts are plain digits")
            task = [check_proof, place, root, key_of(*mint) if mint else b"", claim]
            fold(b"", claim, [])  # or there is no such wallet or amount
    except Exception as error:
        sys.stderr.write(f"{__doc__}\n{error!a}\n")
        return 2
    attempt(place, *task)
    wrong = sum(line.startswith("WRONG  ") for line in REPORT)
    print(f"{wrong} findings: not all of it holds." if wrong else "Everything checked holds.")
    print(NOT_CHECKED.format("trees without that wallet, " * (len(arguments) == 2)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
