export interface Misnomer {
  readonly name: string;
  readonly meant: string;
}

/**
 * Finds names that differ from a known one by case, punctuation or one or two typing errors.
 * @param isOurs whether all names are meant for the service; only then may short names have an error.
 */
export function misnomersIn(
  names: readonly string[],
  known: ReadonlySet<string>,
  isOurs: boolean,
): Misnomer[] {
  return names
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const meant = [...known].find((other) => isNear(plain(name), plain(other), errorsMax(other, isOurs)));
      return meant === undefined ? [] : [{ name, meant }];
    });
}

function plain(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

function errorsMax({ length }: string, isOurs: boolean): number {
  if (length >= 16) return 2;
  return length >= 8 || isOurs ? 1 : 0;
}

/** Whether the names differ by at most so many wrong, missing, extra or swapped letters. */
function isNear(one: string, other: string, errors: number): boolean {
  if (one === other) return true;
  if (errors === 0) return false;
  const start = [...one].findIndex((letter, index) => letter !== other[index]);
  const [a, b] = start < 0 ? ['', other.slice(one.length)] : [one.slice(start), other.slice(start)];
  const isSwapped = a[0] === b[1] && a[1] === b[0];
  return (
    isNear(a.slice(1), b.slice(1), errors - 1) ||
    isNear(a.slice(1), b, errors - 1) ||
    isNear(a, b.slice(1), errors - 1) ||
    (isSwapped && isNear(a.slice(2), b.slice(2), errors - 1))
  );
}
