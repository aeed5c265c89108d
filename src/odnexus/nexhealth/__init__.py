"""NexHealth's Synchronizer API v3.0.0: records, writable fields, calls, tokens and webhooks, without I/O."""
