/** What a folder of `features` says of itself. */
import type { IconProps } from "@tabler/icons-react";
import type { ComponentType, LazyExoticComponent } from "react";
import type { Json } from "@/shared/api/client";
import type { Text as Texts } from "@/shared/i18n";
import type { ListSearch } from "@/shared/list/list-page";

export type Group = "daily" | "marketing" | "service" | "setup";

export type Icon = ComponentType<IconProps>;

type Entry = {
  icon: Icon;
  group: Group;
  /** Place in its group. */
  order: number;
  /** Leads there when it is pressed after `g`. */
  key?: string;
  /** Not in the menu, but reachable. */
  hidden?: boolean;
};

/** Special about the pages of a resource; what it leaves out is the generic page. */
export type ResourceFeature = Entry & {
  resource: string;
  /** Columns of a list nobody has arranged. */
  columns?: readonly string[];
  /** What a new record is asked for, if less than all: its page has the rest. */
  creation?: Creation;
  list?: LazyExoticComponent<ComponentType<{ search: ListSearch }>>;
  /** Beside what can be done with the selected records of every list. */
  selected?: LazyExoticComponent<ComponentType<{ resource: string; ids: readonly string[]; onDone: () => void }>>;
  record?: LazyExoticComponent<ComponentType<{ id: string }>>;
  /** Below its own record page stands what was done to the record. */
  history?: boolean;
};

export type Creation = {
  /** The fields of the form, in order. */
  fields: readonly string[];
  /** What a new record begins with; `text` names things in the person's language. */
  initial?: (text: Texts["text"]) => Json;
};

/** A page that shows no single resource. */
export type PageFeature = Entry & {
  path: string;
  /** Id of its name among the messages. */
  title: string;
  /** Who may open it; everybody if absent. */
  permission?: string;
  page: LazyExoticComponent<ComponentType>;
};

export type Feature = ResourceFeature | PageFeature;
export const isPage = (feature: Feature): feature is PageFeature => "page" in feature;
