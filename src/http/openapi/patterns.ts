const CONTROLS = String.raw`\x00-\x1f\x7f-\x9f`;
const ANY = `[^${CONTROLS}]`;
/** No spaces either, not even non-breaking ones. */
const VISIBLE = String.raw`[^\x00-\x20\x7f-\xa0]`;

/** In the syntax that ECMA-262, RE2, Java, .NET and Python share. Some tools misread an escaped slash. */
export const PATTERNS = {
  /** No control characters (Unicode's Cc). */
  line: `^${ANY}*$`,
  /** A line that is not blank; spaces around it do not count. */
  text: `^${ANY}*${VISIBLE}${ANY}*$`,
  /** At least three characters, not counting spaces around them. */
  username: `^${ANY}*${VISIBLE}${ANY}+${VISIBLE}${ANY}*$`,
  base64Url: '^[A-Za-z0-9_-]+$',
  jwt: String.raw`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`,
  requestId: String.raw`^[\w.-]+$`,
  jsonPointer: '^([/].*)?$',
  kebabCase: '^[a-z]+(-[a-z]+)*$',
} as const;
