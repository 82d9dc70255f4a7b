-- What reading the inputs leaves behind for the method, empty at first.
--
-- A wallet is its place among all wallets in the order of raw keys, a proposal and a token are
-- likewise numbers, so ORDER BY a number is ORDER BY a key.

-- One row per (wallet, proposal), in that order. Power is in base units, and may be 0.
CREATE TABLE votes(wallet UINTEGER, proposal UINTEGER, power UBIGINT, side VARCHAR);

-- One row per wallet, in that order.
CREATE TABLE excluded(wallet UINTEGER, reason VARCHAR);

-- One row per (wallet, token), at the place of its first row in the file, in that order. Amounts
-- are in base units, both together fit a u64, and both may be 0.
CREATE TABLE list_rows(
    position UBIGINT, wallet UINTEGER, token UINTEGER, unlocked UBIGINT, locked UBIGINT
);

-- One row per wallet, in that order: its stake summed over the days or seconds of the period, which
-- may be 0 and may exceed 64 bits.
CREATE TABLE staked(wallet UINTEGER, total HUGEINT);

-- One row per wallet that is listed, in that order. Who is not listed has the multiplier 1.
CREATE TABLE multipliers(wallet UINTEGER, numerator UBIGINT, denominator UBIGINT);
