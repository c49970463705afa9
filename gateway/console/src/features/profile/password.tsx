/** Another password; other sessions of the person end with the old one. */
import { Alert, Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { useMe } from "@/shared/api/me";
import { useSubmit } from "@/shared/form/submit";
import { useText } from "@/shared/i18n";
import { useTell } from "@/shared/ui/problem";

export function Password() {
  const { text } = useText("profile");
  const { email } = useMe();
  const client = useQueryClient();
  const tell = useTell();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const form = useSubmit(() =>
    data(api.POST("/v1/me:changePassword", { body: { current_password: current, new_password: next } })), () => {
    setCurrent("");
    setNext("");
    tell.done(text("profile.password_changed"));
    client.invalidateQueries({ queryKey: ["sessions"] });
  }, ["current_password", "new_password"]);
  return (
    <form onSubmit={form.submit}>
      <Stack>
        <Text size="sm" c="dimmed">
          {text("profile.password_help")}
        </Text>
        {form.failure && (
          <Alert color="red" role="alert">
            {form.failure}
          </Alert>
        )}
        {/* Password managers look for whose password it is. */}
        <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
        <div className="inputs">
          <PasswordInput
            label={text("profile.current_password")}
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            error={form.error("current_password")}
            autoComplete="current-password"
            required
          />
          <PasswordInput
            label={text("profile.new_password")}
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
            error={form.error("new_password")}
            autoComplete="new-password"
            minLength={8}
            required
          />
        </div>
        <Group>
          <Button type="submit" loading={form.sending}>
            {text("profile.change_password")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
