/** The person's name. */
import { Alert, Button, Group, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { me, useMe } from "@/shared/api/me";
import { useSubmit } from "@/shared/form/submit";
import { useText } from "@/shared/i18n";
import { useTell } from "@/shared/ui/problem";

export function Person() {
  const { text } = useText("profile");
  const person = useMe();
  const client = useQueryClient();
  const tell = useTell();
  const [name, setName] = useState(person.display_name);
  const form = useSubmit(
    () => data(api.PATCH("/v1/me", { body: { display_name: name } })),
    (stored) => {
      client.setQueryData(me.queryKey, stored);
      tell.done(text("profile.saved"));
    },
    ["display_name"],
  );
  return (
    <form onSubmit={form.submit}>
      {form.failure && (
        <Alert color="red" role="alert" mb="sm">
          {form.failure}
        </Alert>
      )}
      <Group align="flex-end">
        <TextInput
          label={text("profile.name")}
          description={person.email}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={form.error("display_name")}
          autoComplete="name"
          maxLength={200}
          required
          flex={1}
          miw={220}
        />
        <Button type="submit" loading={form.sending} disabled={name === person.display_name}>
          {text("form.save")}
        </Button>
      </Group>
    </form>
  );
}
