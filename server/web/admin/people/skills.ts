/** What becomes of a list of skills that two people edit at once. Pure. */

/** `standing`, with what was ticked and without what was unticked since the form began with `start`. */
export function skillsAfter(
  start: readonly string[],
  typed: readonly string[],
  standing: readonly string[],
): readonly string[] {
  const left = standing.filter((skill) => typed.includes(skill) || !start.includes(skill));
  return [...left, ...typed.filter((skill) => !start.includes(skill) && !left.includes(skill))];
}
