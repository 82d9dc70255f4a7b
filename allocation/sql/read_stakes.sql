-- What every wallet's daily balances add up to: S. Becomes the table `staked`.
--
-- Reads   typed_stakes(wallet, slice, total, ...)   a slice is NULL where days do not count
--         repeated_days(wallet, total)              what days count for missing ones after them
--         wallets(id, wallet)
WITH parts AS (
    SELECT wallet, total FROM typed_stakes WHERE slice IS NOT NULL
    UNION ALL
    SELECT wallet, total FROM repeated_days
)
SELECT wallets.id AS wallet, sum(parts.total)::HUGEINT AS total
FROM parts
JOIN wallets ON wallets.wallet = parts.wallet
GROUP BY wallets.id
ORDER BY wallets.id
