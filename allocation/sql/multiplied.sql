-- What every row weighs once multiplied. Becomes the table `judged` in place of the one it reads.
--
-- Reads   judged(wallet, proposal, power, weight, cause, divides)
--         multipliers(wallet, numerator, denominator)   each wallet once, none is 0; who is not listed
--                                                       has 1
-- Needs   $scale   a multiple of every denominator, so that all weights stay whole numbers
--
-- Weights only count against each other, so the scale changes no share. That no product leaves
-- 128 bits is checked before.
WITH factors AS (
    SELECT wallet, numerator::HUGEINT * $scale::HUGEINT // denominator::HUGEINT AS factor
    FROM multipliers
)
SELECT
    judged.wallet,
    judged.proposal,
    judged.power,
    judged.power::HUGEINT * coalesce(factors.factor, $scale::HUGEINT) AS weight,
    judged.cause,
    judged.divides
FROM judged
LEFT JOIN factors ON factors.wallet = judged.wallet
ORDER BY judged.wallet, judged.proposal
