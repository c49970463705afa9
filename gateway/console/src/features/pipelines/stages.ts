/** The stages of a pipeline while somebody arranges them: nothing of it is stored before they are sent. */

export type StageType = "OPEN" | "WON" | "LOST";
export type Stage = {
  /** Absent while the stage is not stored. */
  id?: string;
  /** Stays the same while the stage is arranged. */
  key: string;
  name: string;
  type: StageType;
  probability: number | null;
  forecast_category: string | null;
  required_fields: string[];
  max_age_days: number | null;
};
/** Stored stages that are left out, and the stage that takes the deals of each; null for one without deals. */
export type Replacements = Readonly<Record<string, string | null>>;

type Stored = Partial<Omit<Stage, "key">> & { id: string };

export const drafted = (stages: readonly Stored[]): Stage[] =>
  stages.map(({ id, name, type, probability, forecast_category, required_fields, max_age_days }) => ({
    id,
    key: id,
    name: name ?? "",
    type: type ?? "OPEN",
    probability: probability ?? 0,
    forecast_category: forecast_category ?? null,
    required_fields: required_fields ?? [],
    max_age_days: max_age_days ?? null,
  }));

/** What is sent of them. */
export const sent = (stages: readonly Stage[]) =>
  stages.map(({ key: _key, forecast_category, ...stage }) => ({
    ...stage,
    ...(forecast_category && { forecast_category }),
  }));

/** The stages with one at another place. */
export function moved(stages: readonly Stage[], from: number, to: number): Stage[] {
  const next = [...stages];
  const [stage] = next.splice(from, 1);
  if (stage) next.splice(Math.max(0, Math.min(to, next.length)), 0, stage);
  return next;
}

/** The stages with a new one before those in which deals end. */
export function added(stages: readonly Stage[], name: string, key: string): Stage[] {
  const end = stages.findIndex(({ type }) => type !== "OPEN");
  const stage: Stage = {
    key, name, type: "OPEN", probability: 0, forecast_category: null, required_fields: [], max_age_days: null,
  }; // biome-ignore format: one line
  const place = end < 0 ? stages.length : end;
  return [...stages.slice(0, place), stage, ...stages.slice(place)];
}

/** Whether it is the only one of its type, without which there is no pipeline. */
export const isLast = (stages: readonly Stage[], stage: Stage): boolean =>
  stages.filter(({ type }) => type === stage.type).length === 1;

/** The stored stages that can take the deals of one that is left out. */
export const successorsOf = (stages: readonly Stage[], stage: Stage): Stage[] =>
  stages.filter(({ id, type, key }) => id && type === stage.type && key !== stage.key);

/** The replacements with one more, those included whose deals would have gone to it. */
export function replaced(replacements: Replacements, id: string, by: string | null): Replacements {
  const others = Object.entries(replacements).map(([left, to]) => [left, to === id ? by : to]);
  return { ...Object.fromEntries(others), [id]: by };
}
