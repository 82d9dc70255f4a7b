-- The excluded wallets. Becomes the table `excluded`.
--
-- Reads   typed_exclude(position, wallet, reason)
--         wallets(id, wallet)
SELECT wallets.id AS wallet, reason
FROM typed_exclude
JOIN wallets ON wallets.wallet = typed_exclude.wallet
ORDER BY wallets.id
