/** Beside an input: who else is typing at the same record. */
import { Text } from "@mantine/core";
import { useText } from "@/shared/i18n";
import { useOthersAt } from "./presence";

export function Typing({ kind, id }: { kind: string; id: string }) {
  const { text, list } = useText();
  const typing = useOthersAt(kind, id).filter((person) => person.typing);
  return (
    <Text size="sm" c="orange.9" role="status">
      {typing.length > 0 &&
        text("presence.typing", { names: list(typing.map(({ name }) => name)), count: typing.length })}
    </Text>
  );
}
