import { describe, expect, it } from '@jest/globals';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvFile } from './env-file.js';

// Guarantees that each line of `.env` means what it says, or is a fault.
describe('.env', () => {
  const read = async (content: string | Uint8Array) => {
    const path = join(await mkdtemp(join(tmpdir(), 'env-file-')), '.env');
    await writeFile(path, content);
    return readEnvFile(path);
  };
  const text =
    'NODE_ENV=production\r\n\r\n# PORT=1\r\n  export PORT = 8000 # the port\r\nDATA_DIR=my data\r\nHOST=\r\n';
  const variablesOfText = { NODE_ENV: 'production', PORT: '8000', DATA_DIR: 'my data', HOST: '' };

  it.each([
    ['a file of Unix', text.replaceAll('\r', '')],
    ['a file of Windows', text],
    ['a file of an old Macintosh', text.replaceAll('\n', '')],
    ['UTF-8 with a byte order mark', `\ufeff${text}`],
    ['two files in one', `\ufeff\n\ufeff${text}`],
    ['UTF-16, little end first', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ])('may be %s', async (_what, content) => {
    expect(await read(content)).toEqual({ variables: variablesOfText, faults: [] });
  });

  it('removes quotes of any kind, and leaves their content unchanged', async () => {
    const { variables, faults } = await read(
      `A='a#b "c" $d \\n'\nB="it's"  # why\nC=\`x\`\nD=it-is=b==\nE=''`,
    );
    expect({ variables, faults }).toEqual({
      variables: { A: 'a#b "c" $d \\n', B: "it's", C: 'x', D: 'it-is=b==', E: '' },
      faults: [],
    });
  });

  it.each([
    'DATABASE_URL postgres://x',
    'PORT: 8000',
    '=8000',
    'PORT',
    'ADMIN_PASSWORD=pass#word',
    'ADMIN_PASSWORD=#word',
    'ADMIN_PASSWORD="pass" word',
    "ADMIN_PASSWORD='it''s'",
    'ADMIN_PASSWORD="open',
    'PORT\u00a0x=8000',
    'ＰＯＲＴ=8000',
    'MY-PORT=8000',
    'EXPORT PORT=8000',
  ])('names the number of a malformed line, but not its content: %s', async (line) => {
    const { faults } = await read(`# first\n${line}\nLOG_LEVEL=info\n`);
    expect(faults).toEqual([expect.stringMatching(/^\S+\.env, line 2, is not NAME=value/)]);
    expect(faults.join()).not.toMatch(/8000|pass|open|postgres:/);
  });

  it('refuses a variable that is set twice', async () => {
    expect((await read('PORT=1\nHOST=x\nPORT=2')).faults).toEqual([
      expect.stringMatching(/^PORT is set twice in/),
    ]);
  });

  it('must be readable text', async () => {
    expect((await read(Buffer.from('ADMIN_PASSWORD=gr\xfcn', 'latin1'))).faults).toEqual([
      expect.stringMatching(/is not text in UTF-8$/),
    ]);
    expect((await read(Buffer.from('PORT=1', 'utf16le'))).faults).toHaveLength(1);
    expect(readEnvFile(tmpdir()).faults).toEqual([expect.stringMatching(/cannot be read \(EISDIR\)$/)]);
    expect(readEnvFile('/none/.env')).toEqual({ variables: {}, faults: [] });
  });
});
