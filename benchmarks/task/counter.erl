%% A process owns the count; sixteen others ask it for the next number.
-module(counter).
-export([main/0]).

main() -> spawn(fun run/0).

run() ->
    Owner = spawn_link(fun() -> count(0) end),
    Main = self(),
    [spawn_link(fun() -> Main ! ask(Owner, 50000, 0) end) || _ <- lists:seq(1, 16)],
    io:format("~b~n", [lists:max([receive Last -> Last end || _ <- lists:seq(1, 16)])]),
    halt().

count(N) -> receive Client -> Client ! N + 1, count(N + 1) end.

ask(_, 0, Last) -> Last;
ask(Owner, Left, _) ->
    Owner ! self(),
    receive N -> ask(Owner, Left - 1, N) end.
