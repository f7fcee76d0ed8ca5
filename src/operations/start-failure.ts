/** What a person can do about a start that failed; other errors explain themselves by their own words. */
export function explainStartFailure(error: unknown): string {
  const { code, address, port, message } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${address} is taken. Stop whatever listens there, or set PORT (0 picks a free one).`;
  }
  if (code === 'EACCES' && port !== undefined) {
    return `Port ${port} needs rights that this user does not have. Set PORT to 1024 or higher.`;
  }
  return `The service could not start: ${message || String(code ?? error)}`;
}
