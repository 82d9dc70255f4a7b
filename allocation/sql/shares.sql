-- The shares of one pool.
--
-- Reads   split(wallet, floor, remainder)
-- Needs   $remainder, $wallet   the last one that gets a left-over unit; both NULL where none is
--                               given out
SELECT
    wallet,
    (
        floor + CASE
            WHEN remainder > $remainder::HUGEINT THEN 1
            WHEN remainder = $remainder::HUGEINT AND wallet <= $wallet::UINTEGER THEN 1
            ELSE 0
        END
    )::UBIGINT AS share
FROM split
