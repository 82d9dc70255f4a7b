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

-- The sum of each wallet's stake over the period, S; a wallet without stake may have 0. One row per
-- wallet that has a row which counts in stakes, stake_events or opening, in that order.
CREATE TABLE staked(wallet UINTEGER, total HUGEINT);

-- Changes of balances before the end of the period, by wallet and unix second; an event that has an
-- id stands there once.
CREATE TABLE stake_events(wallet UINTEGER, moment BIGINT, delta HUGEINT, id VARCHAR);

-- Every wallet that has a row in stake_events or opening, more than once maybe.
CREATE TEMP TABLE event_wallets(wallet UINTEGER);

-- One row per wallet, in that order: the balance before the earliest event.
CREATE TABLE opening(wallet UINTEGER, staked UBIGINT);

-- One row per wallet, in that order, in lowest terms; a wallet that is not there has 1.
CREATE TABLE multipliers(wallet UINTEGER, numerator UBIGINT, denominator UBIGINT);
