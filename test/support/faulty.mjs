// Loaded into a service by `node --import` to cause a fault on demand: on SIGUSR2 something fails
// that nobody catches, in the way that FAULT names.
/** @type {Record<string, () => unknown>} */
const FAULTS = {
  exception: () => {
    throw new Error('a fault made on purpose');
  },
  rejection: () => Promise.reject(new Error('a fault made on purpose')),
};

process.on('SIGUSR2', () => {
  setTimeout(() => FAULTS[process.env.FAULT ?? '']?.(), 0);
});
