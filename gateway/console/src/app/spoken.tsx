/** What parts of the library say by themselves to who cannot see them, in the language of the person. */
import { MantineThemeProvider } from "@mantine/core";
import { type ReactNode, useMemo } from "react";
import { useText } from "@/shared/i18n";

export function Spoken({ children }: { children: ReactNode }) {
  const { text } = useText();
  const theme = useMemo(
    () => ({ components: { CloseButton: { defaultProps: { "aria-label": text("shell.close") } } } }),
    [text],
  );
  return (
    <MantineThemeProvider inherit theme={theme}>
      {children}
    </MantineThemeProvider>
  );
}
