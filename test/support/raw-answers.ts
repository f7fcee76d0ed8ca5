import type { Received } from './answer-check.js';

/** The complete responses in the bytes that a connection has received. */
export function readAnswers(bytes: string): Received[] {
  const answers: Received[] = [];
  let rest = Buffer.from(bytes);
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = rest.subarray(0, Math.max(end, 0)).toString().split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
    const headers = new Headers(lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
    const body = rest.subarray(end + 4, end + 4 + Number(headers.get('content-length') ?? 0));
    if (Number.isNaN(status) || body.length < Number(headers.get('content-length') ?? 0)) return answers;
    answers.push({ status, headers, text: body.toString() });
    rest = rest.subarray(end + 4 + body.length);
  }
}
