/** For `catch`: resolves to `undefined` if the error has one of these codes, and rethrows any other error. */
export const ignoring =
  (...codes: string[]) =>
  (error: unknown): undefined => {
    if (!codes.includes(String((error as { code?: unknown }).code))) throw error;
  };
