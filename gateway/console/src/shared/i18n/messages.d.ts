/** Texts of one language, parsed (vite.config.ts): those of the first load, or `en/tickets` of a feature. */
declare module "virtual:messages/*" {
  import type { MessageFormatElement } from "react-intl";

  const messages: Record<string, MessageFormatElement[]>;
  export default messages;
  /** How those of each feature are loaded; only the texts of the first load know it. */
  export const features: Record<string, () => Promise<{ default: typeof messages }>>;
}
