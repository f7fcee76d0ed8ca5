// Loaded before a contender, so that it ends if the benchmark is killed.
process.on('disconnect', () => process.exit());
process.channel?.unref();
