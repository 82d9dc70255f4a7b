-- Which rows take part in the division of a token whose limits took some wallets out of it?
--
-- Reads   judged(wallet, proposal, power, weight, cause, divides)
--         limited(token, wallet, cause, amount)   who is below the minimum, or at the maximum
-- Needs   $token                                  its number
--
-- A row with a cause of its own is not paid anyway. Where it divides, it goes on dividing whatever
-- becomes of its wallet: what rule 4 left in the denominator, rule 6 does not take out of it.
SELECT judged.*
FROM judged
WHERE
    divides
    AND (
        cause IS NOT NULL
        OR wallet NOT IN (SELECT limited.wallet FROM limited WHERE limited.token = $token)
    )
