/** One whole message of PostgreSQL's protocol, version 3 ("Message Formats"). */
export interface Message {
  /** The letter of its type; empty for the untyped messages that open a connection. */
  readonly type: string;
  /** The content after the length. */
  readonly body: Buffer;
  /** The message as it was sent. */
  readonly bytes: Buffer;
}

const LENGTH_BYTES = 4;
const PROTOCOL_MAJOR = 3;

/** Assembles the messages of one direction from chunks of any size. */
export class MessageFrames {
  private pending: Buffer = Buffer.alloc(0);
  private typeBytes: 0 | 1;

  /** A client's messages have no type byte up to the one with the protocol version. */
  constructor(sender: 'client' | 'server') {
    this.typeBytes = sender === 'client' ? 0 : 1;
  }

  /** @returns the messages that the chunk has completed. */
  push(chunk: Buffer): Message[] {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    const messages: Message[] = [];
    for (let message = this.take(); message; message = this.take()) messages.push(message);
    return messages;
  }

  private take(): Message | undefined {
    const headerBytes = this.typeBytes + LENGTH_BYTES;
    if (this.pending.length < headerBytes) return undefined;
    const end = this.typeBytes + this.pending.readUInt32BE(this.typeBytes);
    if (this.pending.length < end) return undefined;
    const bytes = this.pending.subarray(0, end);
    this.pending = this.pending.subarray(end);
    const message = {
      type: bytes.toString('latin1', 0, this.typeBytes),
      body: bytes.subarray(headerBytes),
      bytes,
    };
    if (isStartup(message)) this.typeBytes = 1;
    return message;
  }
}

/** Whether the message opens a session, rather than requesting encryption or a cancel. */
function isStartup({ type, body }: Message): boolean {
  return type === '' && body.readUInt16BE(0) === PROTOCOL_MAJOR;
}

/** A request for encryption (TLS or GSSAPI), which a server may decline with one letter. */
export function asksForEncryption({ type, body }: Message): boolean {
  return type === '' && [80_877_103, 80_877_104].includes(body.readUInt32BE(0));
}

/** Whether the server ends its answer to this message, and to those before it, with ReadyForQuery. */
export function awaitsReady(message: Message): boolean {
  return isStartup(message) || ['Q', 'S', 'F'].includes(message.type);
}

/** A server's answer to a failed statement ("Error and Notice Message Fields"). */
export function errorResponse(sqlState: string): Buffer {
  const fields = Buffer.from(`SERROR\0VERROR\0C${sqlState}\0Mmade by a fault\0\0`);
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(LENGTH_BYTES + fields.length, 1);
  return Buffer.concat([head, fields]);
}
