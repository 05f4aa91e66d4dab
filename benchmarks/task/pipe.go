package main

import "fmt"

func main() {
	numbers := make(chan int, 128)
	go func() {
		for n := 0; n < 5000000; n++ {
			numbers <- n
		}
		close(numbers)
	}()
	total := 0
	for n := range numbers {
		total += n
	}
	fmt.Println(total)
}
