FROM a
   
RUN b
 	 
