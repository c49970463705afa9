/** Says that something is not saved yet, and why it could not be. */
import { Alert, Button, Group, Paper, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { isProblem } from "@/shared/api/problem";
import { useText } from "@/shared/i18n";
import { problemText } from "@/shared/ui/problem";

type Props = {
  failure: Error | null;
  saving: boolean;
  onSave: () => void;
  onCancel: () => void;
  /** What the changes are. */
  children?: ReactNode;
};

export function SaveBar({ failure, saving, onSave, onCancel, children }: Props) {
  const texts = useText();
  const { text } = texts;
  const title = text("form.unsaved");
  return (
    <Paper withBorder p="sm" component="section" aria-label={title} className="unsaved">
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {children}
      {failure && (
        <Alert color="red" role="alert" my="xs">
          {isProblem(failure) ? problemText(failure, texts) : String(failure)}
        </Alert>
      )}
      <Group mt="xs">
        <Button onClick={onSave} loading={saving}>
          {text("form.save")}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {text("form.cancel")}
        </Button>
      </Group>
    </Paper>
  );
}
