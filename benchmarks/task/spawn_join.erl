%% A million processes, each of which sends a number back; their sum.
-module(spawn_join).
-export([main/0]).

main() -> spawn(fun run/0).

run() ->
    io:format("~b~n", [lists:sum([batch(B) || B <- lists:seq(0, 999)])]),
    halt().

work(N) -> N rem 7.

batch(B) ->
    Main = self(),
    Children = [spawn(fun() -> Main ! {self(), work(N)} end) || N <- lists:seq(B * 1000, B * 1000 + 999)],
    lists:sum([receive {Child, Result} -> Result end || Child <- Children]).
