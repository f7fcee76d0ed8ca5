// Loaded into a service by `node --import`, so that a fault of the product can be had on demand: on
// SIGUSR2 something fails where nobody is there to catch it, in the way that FAULT names.
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
