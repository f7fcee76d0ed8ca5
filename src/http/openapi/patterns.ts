/** Regular expressions of the API description, in the part of ECMA-262 that other languages share. */
export const PATTERNS = {
  /** One line of text: no control characters (Unicode's Cc). */
  line: String.raw`^[^\u0000-\u001f\u007f-\u009f]*$`,
  base64Url: '^[A-Za-z0-9_-]+$',
  jwt: String.raw`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`,
  requestId: String.raw`^[\w.-]+$`,
  jsonPointer: '^(/.*)?$',
  kebabCase: '^[a-z]+(-[a-z]+)*$',
} as const;
