"""Deploying distributors: settings, the plan of what moves, and what stands on chain afterwards.

Pure: no files, no network. What is planned and what is compared comes in as values.
"""
