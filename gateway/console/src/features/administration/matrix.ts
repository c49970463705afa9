/** The grants of a role as a table: resources down, actions across, in each cell how far the permission reaches. */
export type Scope = "OWN" | "TEAM" | "SUBTREE" | "TERRITORY" | "ALL";
export type Grant = { permission: string; scope: Scope };
export type Reach = Readonly<Record<string, Scope>>;

export const SCOPES: readonly Scope[] = ["OWN", "TEAM", "SUBTREE", "TERRITORY", "ALL"];

/** How far each permission reaches. */
export const reachOf = (grants: readonly Grant[]): Reach =>
  Object.fromEntries(grants.map(({ permission, scope }) => [permission, scope]));

export const grantsOf = (reach: Reach): Grant[] =>
  Object.entries(reach)
    .map(([permission, scope]) => ({ permission, scope }))
    .sort((one, other) => one.permission.localeCompare(other.permission));

/** The reach with another scope of one permission; with none if `scope` is null. */
export function granted(reach: Reach, permission: string, scope: Scope | null): Reach {
  const { [permission]: _former, ...others } = reach;
  return scope ? { ...others, [permission]: scope } : others;
}

export type Difference = { permission: string; before: Scope | null; after: Scope | null };

export const KINDS = ["added", "removed", "changed"] as const;
export type Kind = (typeof KINDS)[number];

/** Whether the permission is new, gone, or held with another reach. */
export const kindOf = ({ before, after }: Difference): Kind => (!before ? "added" : !after ? "removed" : "changed");

/** What differs between two reaches, by permission. */
export function differences(before: Reach, after: Reach): Difference[] {
  const permissions = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return permissions
    .map((permission) => ({
      permission,
      before: before[permission] ?? null,
      after: after[permission] ?? null,
    }))
    .filter((entry) => entry.before !== entry.after);
}

export type Line = { subject: string; actions: string[] };

const USUAL = ["read", "create", "update", "delete"];

/** Permissions by what they are about; the usual actions first. */
export function linesOf(permissions: readonly string[]): Line[] {
  const actions = new Map<string, Set<string>>();
  for (const permission of permissions) {
    const dot = permission.indexOf(".");
    const subject = dot < 0 ? permission : permission.slice(0, dot);
    const action = dot < 0 ? "*" : permission.slice(dot + 1);
    actions.set(subject, (actions.get(subject) ?? new Set()).add(action));
  }
  const place = (action: string) => (USUAL.includes(action) ? USUAL.indexOf(action) : USUAL.length);
  return [...actions]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([subject, names]) => ({
      subject,
      actions: [...names].sort((one, other) => place(one) - place(other) || one.localeCompare(other)),
    }));
}
