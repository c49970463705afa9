/** What the tab of the browser is called. */
import { useDocumentTitle } from "@mantine/hooks";

export const usePageTitle = (title: string): void => useDocumentTitle(`${title} · CRM`);
