-module(hello).
-export([main/0]).

main() -> spawn(fun() -> io:format("hello~n"), halt() end).
