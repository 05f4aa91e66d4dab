%% Two processes that send a number to and fro.
-module(ping_pong).
-export([main/0]).

main() -> spawn(fun run/0).

run() ->
    Main = self(),
    Other = spawn_link(fun() -> answer(Main) end),
    io:format("~b~n", [play(Other, 0, 1000000)]),
    halt().

answer(Main) -> receive N -> Main ! N + 1, answer(Main) end.

play(_, N, 0) -> N;
play(Other, N, Left) ->
    Other ! N,
    receive Next -> play(Other, Next, Left - 1) end.
