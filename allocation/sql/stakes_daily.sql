-- Daily balances, added up by wallet in one pass over the file. Becomes `typed_stakes`.
--
-- Reads   daily_rows(wallet, day, staked, cooling, floored)   one row of the file each; day 0 is the
--                                                   first of the period; of a row that holds no
--                                                   good cells day and staked are NULL
-- Needs   $days            how many days the period has
--         $count_cooling   whether what is cooling down counts
--
-- The balance of a day is that at its end; a wallet that has no row on a day had nothing. So the
-- sum of the rows is the sum over the days, S - if no day stands there twice. This pass proves it:
-- `days` has one bit for each day that occurs, so there are as many bits as rows only if every row
-- is of another day. 128 bits do not hold the days of a year, so wallets are added up in slices of
-- 120 days. Days outside of the period are in a slice of their own, NULL.
WITH placed AS (
    SELECT
        wallet,
        CASE WHEN day BETWEEN 0 AND $days - 1 THEN day::INTEGER END AS day,
        staked,
        CASE WHEN cooling AND NOT $count_cooling THEN 0 ELSE staked END AS counted,
        floored
    FROM daily_rows
)
SELECT
    wallet,
    day // 120 AS slice,
    sum(counted)::HUGEINT AS total,
    count(*) AS rows,
    count(staked) AS good_rows,
    bit_or(1::HUGEINT << day % 120) AS days,
    count(*) FILTER (floored) AS floored
FROM placed
GROUP BY wallet, slice
