-- Who comes before one wallet when left-over units are given out?
--
-- Reads   weights(row, weight)   of one proposal, reduced; rows in the order of wallet keys
-- Needs   $pool        P, in base units
--         $total       W, the sum of the weights
--         $remainder   what rounding down took from the wallet: a fraction of W
--         $row         the wallet's own row
--
-- The units go one each to the largest remainders, equal ones to the smaller key. So the wallet
-- gets one if the two counts together are less than the units left over.
WITH remainders AS (
    SELECT row, $pool::HUGEINT * weight::HUGEINT % $total::HUGEINT AS remainder
    FROM weights
)
SELECT
    count(*) FILTER (remainder > $remainder::HUGEINT) AS larger,
    count(*) FILTER (remainder = $remainder::HUGEINT AND row < $row::UBIGINT) AS equal_before
FROM remainders
