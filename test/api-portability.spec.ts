import { describe, expect, it } from '@jest/globals';
import { RE2JS } from 're2js';
import { ApiDocument } from './support/api-document.js';

const { document } = ApiDocument.read();

/** The reserved words of Java, Kotlin, Python, Swift and TypeScript. */
const RESERVED_WORDS = new Set(
  `abstract and any as assert associatedtype async await boolean break byte case catch char class const continue
  debugger def default defer deinit del delete do double elif else enum except export extends extension fallthrough
  false fileprivate final finally float for from fun func function global goto guard if implements import in init
  inout instanceof int interface internal is lambda let long native new nil none nonlocal not null object open
  operator or override package pass private protected protocol public raise repeat rethrows return self short static
  strictfp struct subscript super switch synchronized this throw throws transient true try typealias typeof val var
  void volatile when where while with yield`.split(/\s+/),
);

/** Every value under a key, anywhere in the document. */
function valuesOf(key: string, part: unknown = document): unknown[] {
  if (part === null || typeof part !== 'object') return [];
  return Object.entries(part).flatMap(([name, value]) => [
    ...(name === key ? [value as unknown] : []),
    ...valuesOf(key, value),
  ]);
}

// Guarantees that generators for other languages can turn the description into code.
describe('the API description', () => {
  // C# and Go are left out: their generators capitalise names, and RFC 9457 itself requires `type`.
  it('uses no reserved word as the name of a member, parameter or constant', () => {
    const members = valuesOf('properties').flatMap((properties) => Object.keys(properties as object));
    const parameters = valuesOf('parameters').flatMap((all) =>
      (all as { name: string }[]).map(({ name }) => name),
    );
    const constants = [...valuesOf('enum').flat(), ...valuesOf('const')];
    const names = new Set(
      [...members, ...parameters, ...constants].map((name) => String(name).toLowerCase()),
    );

    expect(names.size).toBeGreaterThan(100);
    expect([...names].filter((name) => RESERVED_WORDS.has(name))).toEqual([]);
  });

  it('has only patterns that RE2 accepts and that do not look like /literals/', () => {
    const patterns = new Set(valuesOf('pattern') as string[]);

    expect(patterns.size).toBeGreaterThan(10);
    for (const pattern of patterns) {
      expect(() => RE2JS.compile(pattern)).not.toThrow();
      expect(pattern).toMatch(/^\^(?!\/).*\$$/);
    }
  });
});
