%% Sixty-four producers, one consumer. Each producer may be 128 messages ahead, and hears of credit only once in
%% 64: two each, the same room for all together as a channel's 128, would cost a reply a message.
-module(fan_in).
-export([main/0]).

main() -> spawn(fun run/0).

run() ->
    Main = self(),
    [spawn_link(fun() -> produce(Main, P, 0, 128) end) || P <- lists:seq(0, 63)],
    io:format("~b~n", [consume(64 * 30000, 0)]),
    halt().

produce(_, _, 30000, _) -> ok;
produce(Consumer, P, N, 0) -> receive credit -> produce(Consumer, P, N, 64) end;
produce(Consumer, P, N, Credit) ->
    Consumer ! N + P,
    N rem 64 =:= 63 andalso (Consumer ! {sent, self()}),
    produce(Consumer, P, N + 1, Credit - 1).

consume(0, Total) -> Total;
consume(Left, Total) ->
    receive
        {sent, Producer} ->
            Producer ! credit,
            consume(Left, Total);
        N -> consume(Left - 1, Total + N)
    end.
