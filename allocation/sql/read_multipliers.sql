-- The multipliers. Becomes the table `multipliers`.
--
-- Reads   typed_multipliers(position, wallet, multiplier)   fractions in lowest terms such as '3/4'
--         wallets(id, wallet)
SELECT
    wallets.id AS wallet,
    split_part(multiplier, '/', 1)::UBIGINT AS numerator,
    split_part(multiplier, '/', 2)::UBIGINT AS denominator
FROM typed_multipliers
JOIN wallets ON wallets.wallet = typed_multipliers.wallet
ORDER BY wallets.id
