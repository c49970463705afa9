/** Every feature: a new page is one folder in `features` whose index.ts exports what it is. */
import { type Feature, isPage, type PageFeature, type ResourceFeature } from "@/shared/feature";

const modules = import.meta.glob<Feature[]>("../features/*/index.ts", { eager: true, import: "default" });

/** With the folder that it comes from, whose texts its pages need. */
type Placed<F extends Feature> = F & { folder: string };

const features = Object.entries(modules).flatMap(([path, ofFolder]) =>
  ofFolder.map((feature): Placed<Feature> => ({ ...feature, folder: path.split("/").at(-2) ?? "" })),
);

export const pageFeatures = features.filter((feature): feature is Placed<PageFeature> => isPage(feature));

const byResource = new Map(
  features
    .filter((feature): feature is Placed<ResourceFeature> => !isPage(feature))
    .map((feature) => [feature.resource, feature]),
);

export const featureOf = (resource: string): Placed<ResourceFeature> | undefined => byResource.get(resource);
