-- One pool over many weights: everyone's exact share rounded down, and what rounding took away.
-- Becomes the table `split`.
--
-- Reads   weights(wallet, weight)
-- Needs   $pool         P, in base units
--         $total        W, the sum of all weights
--         $shift        s, so that 2^s <= largest weight < 2^(s+1)
--         $reciprocal   R = P * 2^s // W
--
-- The result is, and to check it you may run instead,
--
--     SELECT wallet, P * weight // W AS floor, P * weight % W AS remainder FROM weights
--
-- DuckDB divides 128-bit numbers one bit at a time, which would take most of a round's time. So the
-- quotient is guessed by a multiplication, and the guess corrected by what it leaves:
--   * R has lost less than 1 by its own rounding, and weight / 2^s < 2, so weight * R >> s is never
--     above the quotient and at most 2 below it;
--   * P * weight - guess * W says exactly how many W the guess has missed: none, one or two.
-- What is left then lies in 0 .. W-1. Only one pair (floor, remainder) does that, whatever the
-- guess was: this is what division means.
--
-- P * largest weight < 2^127 is checked before. No step is larger, and 128-bit integers raise an
-- error rather than wrap around.
WITH guessed AS (
    SELECT
        wallet,
        weight::HUGEINT AS weight,
        ($reciprocal::HUGEINT * weight::HUGEINT) >> $shift::HUGEINT AS guess
    FROM weights
),

compared AS (
    SELECT
        wallet,
        guess,
        $pool::HUGEINT * weight - guess * $total::HUGEINT AS rest
    FROM guessed
),

corrected AS (
    SELECT
        wallet,
        guess,
        rest,
        (rest >= $total::HUGEINT)::HUGEINT + (rest - $total::HUGEINT >= $total::HUGEINT)::HUGEINT
            AS missed
    FROM compared
)

SELECT
    wallet,
    guess + missed AS floor,
    rest - missed * $total::HUGEINT AS remainder
FROM corrected
