// The chat page: who you are, where you are, and the messages there.

import { act, listen, read } from "./api.js";
import { Composer } from "./composer.js";
import { byId, el, show } from "./dom.js";
import { follow } from "./following.js";
import { hintCard } from "./hint.js";
import { showMessage } from "./jumping.js";
import { openMenu } from "./menu.js";
import { displayName, messageNode } from "./messages.js";
import { openModal } from "./modal.js";

const TYPING_SHOWN_MS = 10000;
const MESSAGES_KEPT = 300;

const app = {
  world: null,
  user: null,
  channel: null,
  commands: [],
  messages: new Map(),
  arriving: null, // events of the channel that is being loaded
  stop: () => {},
  opened: (modal) => showModal(modal),
  offered: (type) => offered(type),
  placeholder: () => `Message ${title(app.channel)}`,
  lastOwn: () => [...app.messages.values()].reverse().find((one) => one.author.id === app.user.id),
};

const names = {
  user: (id) => [app.world.bot, ...app.world.users].filter((one) => one.id === id).map(displayName)[0],
  role: (id) => app.world.guilds.flatMap((one) => one.roles).filter((one) => one.id === id).map((one) => one.name)[0],
  channel: (id) => allChannels().filter((one) => one.id === id).map((one) => one.name)[0],
  offered: (component) => offered(component.type, component.channel_types),
  go: (channel, message) => go(channel, message),
};

const USERS = 5, ROLES = 6, MENTIONABLE = 7, CHANNELS = 8, TEXT_CHANNEL = 0;

// The people, roles and channels of the server one is in, as Discord fills a menu with them.
function offered(type, channelTypes) {
  const guild = app.world.guilds.find((one) => one.channels.some((channel) => [channel, ...channel.threads].some((here) => here.id === app.channel.id)));
  if (!guild) return type === USERS ? app.world.users.map((one) => ({ value: one.id, label: displayName(one) })) : [];
  const list = [];
  if (type === USERS || type === MENTIONABLE) {
    for (const id of guild.member_ids) list.push({ value: id, label: names.user(id) });
  }
  if (type === ROLES || type === MENTIONABLE) {
    for (const role of guild.roles) list.push({ value: role.id, label: role.name.startsWith("@") ? role.name : `@${role.name}` });
  }
  if (type === CHANNELS && (!channelTypes?.length || channelTypes.includes(TEXT_CHANNEL))) {
    for (const channel of guild.channels) list.push({ value: channel.id, label: `#${channel.name}` });
  }
  return list;
}

const hooks = {
  names,
  use: (action, payload, node) => perform(action, payload, node),
  menu: (message, x, y, from) => openMenu(menuEntries(message), x, y, from),
  dismiss: (message) => perform("delete", { message: message.id }),
  react: (message, emoji) => perform("react", { message: message.id, emoji }),
};

const composer = new Composer(app);

const dm = () => ({ ...app.world.dm, dm: true, topic: "Only you and the bot" });

function allChannels() {
  return app.world.guilds.flatMap((one) => one.channels.flatMap((channel) => [channel, ...channel.threads]));
}

function title(channel) {
  return channel.dm ? channel.name : `#${channel.name}`;
}

// Does something with a message for the chosen person, and shows the window the app may open.
async function perform(action, payload, node = null) {
  if (node) node.classList.add("busy");
  try {
    const answer = await act(action, { user: app.user.id, ...payload });
    if (answer.modal) showModal(answer.modal);
  } catch (error) {
    composer.warn(error.message);
  } finally {
    if (node) node.classList.remove("busy");
  }
}

function showModal(modal) {
  const user = app.user.id;
  openModal(modal, async (values, files) => {
    const answer = await act("modal", { user, modal: modal.id, values }, files);
    if (answer.modal) showModal(answer.modal);
  });
}

function menuEntries(message) {
  const own = message.author.id === app.user.id;
  const ephemeral = Boolean(message.flags & 64);
  const list = [];
  if (!ephemeral) {
    list.push({ label: "Reply", run: () => composer.answer(message) });
    list.push({ label: "React 👍", run: () => hooks.react(message, "👍") });
  }
  list.push({ label: "Copy text", run: () => navigator.clipboard?.writeText(message.content) });
  if (own) list.push({ label: "Edit", run: () => composer.edit(message) });
  for (const command of ephemeral ? [] : app.commands.filter((one) => one.type === 3)) {
    list.push({ label: command.name, group: "Apps", run: () => perform("menu", { message: message.id, name: command.name }) });
  }
  const manages = !app.channel.dm && /owner|moderator/.test(app.user.role);
  if (own || ephemeral || manages) list.push({ label: ephemeral ? "Dismiss" : "Delete", danger: true, run: () => perform("delete", { message: message.id }) });
  return list;
}

const toEnd = follow(byId("scroll"), byId("messages"));

function draw() {
  const focused = document.activeElement?.closest?.("#messages") ? document.activeElement : null;
  const again = focused && [focused.closest("li").dataset.id, focused.dataset.customId];
  let previous = null;
  const nodes = [];
  for (const message of app.messages.values()) {
    const drawn = JSON.stringify([message, previous?.id]);
    const old = byId("messages").querySelector(`li[data-id="${message.id}"]`);
    const node = old && old.drawn === drawn ? old : messageNode(message, previous, hooks);
    node.drawn = drawn;
    nodes.push(node);
    previous = message;
  }
  byId("messages").replaceChildren(...nodes);
  if (again && again[1]) byId("messages").querySelector(`li[data-id="${again[0]}"] [data-custom-id="${CSS.escape(again[1])}"]`)?.focus();
}

const typing = new Map();

function drawTyping() {
  const who = [...typing.keys()].map((id) => names.user(id)).filter(Boolean);
  byId("typing").textContent = who.length ? `${who.join(", ")} ${who.length > 1 ? "are" : "is"} typing…` : "";
}

function setTyping(id, on) {
  clearTimeout(typing.get(id));
  typing.delete(id);
  if (on && id !== app.user.id) typing.set(id, setTimeout(() => setTyping(id, false), TYPING_SHOWN_MS));
  drawTyping();
}

function hear(event) {
  if (event.type === "THREAD_CREATE") return void refreshPlaces();
  if (event.channel_id !== app.channel?.id) {
    if (event.type === "MESSAGE_CREATE") mark(event.channel_id, true);
    return;
  }
  if (event.type === "TYPING_START") return setTyping(event.user_id, true);
  if (app.arriving) return void app.arriving.push(event);
  note(event);
  if (event.type === "MESSAGE_CREATE") setTyping(event.message.author.id, false);
  draw();
  if (event.type === "MESSAGE_CREATE" && event.message.author.id === app.user.id) toEnd();
}

function note(event) {
  if (event.type === "MESSAGE_DELETE") app.messages.delete(event.message_id);
  else app.messages.set(event.message.id, event.message);
  if (app.messages.size > MESSAGES_KEPT) app.messages.delete(app.messages.keys().next().value);
}

function mark(channelId, unread) {
  document.querySelector(`#places button[data-id="${channelId}"]`)?.classList.toggle("unread", unread);
}

async function openChannel(channel) {
  const events = [];
  setLoading(true);
  app.channel = channel;
  app.arriving = events;
  const { messages, commands } = await read("channel", { user: app.user.id, channel: channel.id });
  if (app.arriving !== events) return; // somebody clicked on before this one was there
  app.arriving = null;
  app.messages = new Map(messages.map((one) => [one.id, one]));
  events.forEach(note); // what happened while it was loaded; the same message again has the same id
  app.commands = commands;
  for (const id of [...typing.keys()]) setTyping(id, false);
  byId("channel-name").textContent = title(channel);
  byId("topic").textContent = channel.topic || "";
  show(byId("new-thread"), !channel.dm);
  document.title = `${title(channel)} · codecage`;
  markHere();
  mark(channel.id, false);
  composer.reset();
  hintCard(byId("hint"), app.world.bot, (text) => composer.fill(text));
  byId("messages").replaceChildren();
  draw();
  toEnd();
  showPlaces(false);
  setLoading(false);
}

const setLoading = (yes) => byId("messages").setAttribute("aria-busy", String(yes));

// Goes to a channel, and there to a message if one is meant.
async function go(channelId, messageId) {
  const channel = [...allChannels(), dm()].find((one) => one.id === channelId);
  if (!channel) return composer.warn("You cannot look into that channel.");
  if (channel.id !== app.channel.id) await openChannel(channel);
  if (messageId && !showMessage(byId("messages"), messageId)) composer.warn("That message is gone, or too old to be shown here.");
}

function markHere() {
  for (const button of document.querySelectorAll("#places button")) {
    const here = button.dataset.id === app.channel?.id;
    button.toggleAttribute("aria-current", here);
    if (here) button.setAttribute("aria-current", "page");
  }
}

async function refreshPlaces() {
  app.world = await read("world", { user: app.user.id });
  const unread = [...document.querySelectorAll("#places .unread")].map((one) => one.dataset.id);
  byId("places").replaceChildren(...places(app.world));
  unread.forEach((id) => mark(id, true));
  markHere();
}

const THREAD_WINDOW = {
  id: "new-thread",
  title: "New thread",
  components: [{ type: 18, label: "Name", component: { type: 4, custom_id: "name", style: 1, required: true, max_length: 100 } }],
};

function openThreadWindow() {
  openModal(THREAD_WINDOW, async (values) => {
    const { channel_id: id } = await act("thread", { user: app.user.id, channel: app.channel.id, name: values.name });
    await refreshPlaces();
    await openChannel(allChannels().find((one) => one.id === id));
  });
}

function places(world) {
  const button = (channel, label) =>
    el("li", {}, el("button", { type: "button", "data-id": channel.id, onclick: () => openChannel(channel) }, label));
  const topic = "A group, where people have the app with them";
  const groups = world.groups.map((one) => button({ ...one, dm: true, topic }, one.name));
  return [
    ...world.guilds.map((guild) =>
      el("section", {}, serverName(guild), el("ul", {}, guild.channels.flatMap((one) => channelNodes(one, button)))),
    ),
    el("section", {}, el("h2", {}, "Direct messages"), el("ul", {}, button(dm(), `@ ${world.dm.name}`), groups)),
  ];
}

function serverName(guild) {
  const copy = { label: "Copy server ID", run: () => navigator.clipboard?.writeText(guild.id) };
  const open = (event) => {
    event.preventDefault();
    openMenu([copy], event.clientX, event.clientY);
  };
  return el("h2", { title: `Server ID ${guild.id}: right-click to copy it`, oncontextmenu: open }, guild.name);
}

function channelNodes(channel, button) {
  const threads = channel.threads.map((one) => button(one, `↳ ${one.name}`));
  threads.forEach((one) => one.classList.add("thread"));
  return [button(channel, `# ${channel.name}`), ...threads];
}

async function become(userId) {
  setLoading(true);
  app.stop();
  if (app.user && app.user.id !== userId) byId("messages").replaceChildren(); // not theirs to see
  const world = await read("world", userId ? { user: userId } : {});
  app.world = world;
  app.user = world.users.find((one) => one.id === userId) || world.users[0];
  byId("user").replaceChildren(
    ...world.users.map((one) => el("option", { value: one.id, selected: one === app.user }, `${one.global_name} (${one.role})`)),
  );
  byId("places").replaceChildren(...places(world));
  const all = allChannels();
  const fallback = world.guilds[0].channels.find((one) => one.name === "code") || all[0];
  app.arriving = []; // until the channel is loaded, below
  const stream = listen(app.user.id, hear, connected);
  app.stop = stream.stop;
  await stream.ready; // what happens from here on is heard, so that nothing falls between
  await openChannel(all.find((one) => one.id === app.channel?.id) || fallback);
}

let lost = false;

async function connected(yes) {
  byId("status").textContent = yes ? "" : "Connection lost, trying again…";
  const again = yes && lost;
  lost = !yes;
  if (again) await become(app.user.id).catch(() => {});
}

function showPlaces(yes) {
  document.body.classList.toggle("places-open", yes);
  byId("show-places").setAttribute("aria-expanded", String(yes));
}

byId("user").addEventListener("change", (event) => become(event.target.value));
byId("new-thread").addEventListener("click", openThreadWindow);
byId("show-places").addEventListener("click", () => showPlaces(!document.body.classList.contains("places-open")));
byId("scroll").addEventListener("pointerdown", () => showPlaces(false));
become(null).catch((error) => composer.warn(`The page could not load: ${error.message}`));
