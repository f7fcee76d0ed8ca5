// Loaded before a contender, so that none outlives a benchmark that was killed.
process.on('disconnect', () => process.exit());
process.channel?.unref();
