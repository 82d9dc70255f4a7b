-- Who is the last to get one of the left-over units?
--
-- Reads   split(wallet, floor, remainder)
-- Needs   $before   left-over units minus one: so many get theirs before
--         $bits     how many low bits of the remainders to leave out in the first, rough count
--
-- The units go one each to the largest remainders, equal ones to the smaller key. Whoever stands
-- before the last one in this order gets one too, so the last one's place is all there is to
-- remember. The result is, and to check it you may run instead,
--
--     SELECT remainder, wallet FROM split ORDER BY remainder DESC, wallet LIMIT 1 OFFSET $before
--
-- Sorting half a million wallets to look at one is slow. So they are counted in ranges of equal
-- width first, and only the range in which the last one stands is sorted.
WITH ranges AS (
    SELECT remainder >> $bits AS range, count(*) AS wallets
    FROM split
    GROUP BY range
),

counted AS (
    SELECT range, sum(wallets) OVER (ORDER BY range DESC) - wallets AS above
    FROM ranges
),

deciding AS (
    SELECT range, above
    FROM counted
    WHERE above <= $before
    ORDER BY range
    LIMIT 1
)

SELECT split.remainder::VARCHAR AS last_remainder, split.wallet AS last_wallet
FROM split
JOIN deciding ON deciding.range = split.remainder >> $bits
QUALIFY row_number() OVER (ORDER BY split.remainder DESC, split.wallet) = $before - above + 1
